import { ClientCredentialsProvider, PrivateKeyJwtProvider } from "@modelcontextprotocol/client";
import type { FetchLike, OAuthClientProvider } from "@modelcontextprotocol/client";
import { defined } from "../base/defined.ts";
import type { OAuthConfig } from "../model/oauth.ts";
import { OAuthLogin } from "./oauth-login.ts";
import type { OAuthLoginPorts } from "./oauth-login.ts";

/** How a connection logs in. */
export interface ConnectionLogin {
  readonly provider: OAuthClientProvider;
  /** What came of a page that a person has visited meanwhile. */
  takeAnswer(): URLSearchParams | undefined;
  /** Sends what the connection sends, and renews a login in turn with all others that use it. */
  readonly throughRenewal: (fetch: FetchLike) => FetchLike;
}

/** A program's own login is kept in memory: the next one costs a request, and asks nobody. */
export function connectionLogin(config: OAuthConfig, ports: OAuthLoginPorts): ConnectionLogin {
  if (config.grant === "authorization_code") {
    const login = new OAuthLogin(config, ports);
    return { provider: login, takeAnswer: () => login.takeAnswer(), throughRenewal: (fetch) => renewing(login, fetch) };
  }
  return { provider: ownLogin(config), takeAnswer: () => undefined, throughRenewal: (fetch) => fetch };
}

function renewing(login: OAuthLogin, fetch: FetchLike): FetchLike {
  return async (url, init) => {
    // Only requests for tokens are forms.
    const form = init?.body instanceof URLSearchParams ? init.body : undefined;
    const refreshToken = form?.get("grant_type") === "refresh_token" ? form.get("refresh_token") : null;
    return refreshToken === null ? await fetch(url, init) : await login.renew(refreshToken, (signal) => fetch(url, { ...init, signal }));
  };
}

function ownLogin({ clientId = "", clientSecret = "", privateKey, scopes, issuer }: OAuthConfig): OAuthClientProvider {
  const common = { clientId, clientName: "Tutti", ...defined({ expectedIssuer: issuer, scope: scopes?.join(" ") }) };
  if (privateKey === undefined) return new ClientCredentialsProvider({ ...common, clientSecret });
  return new PrivateKeyJwtProvider({ ...common, privateKey: privateKey.pem, algorithm: privateKey.algorithm });
}
