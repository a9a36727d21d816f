import { ClientCredentialsProvider, PrivateKeyJwtProvider } from "@modelcontextprotocol/client";
import type { OAuthClientProvider } from "@modelcontextprotocol/client";
import { defined } from "../base/defined.ts";
import type { OAuthConfig } from "../model/oauth.ts";
import { OAuthLogin } from "./oauth-login.ts";
import type { OAuthLoginPorts } from "./oauth-login.ts";

/** How a connection logs in. */
export interface ConnectionLogin {
  readonly provider: OAuthClientProvider;
  /** What came of a page that a person has visited meanwhile. */
  takeAnswer(): URLSearchParams | undefined;
}

/** A program's own login is kept in memory: the next one costs a request, and asks nobody. */
export function connectionLogin(config: OAuthConfig, ports: OAuthLoginPorts): ConnectionLogin {
  if (config.grant === "authorization_code") {
    const login = new OAuthLogin(config, ports);
    return { provider: login, takeAnswer: () => login.takeAnswer() };
  }
  return { provider: ownLogin(config), takeAnswer: () => undefined };
}

function ownLogin({ clientId = "", clientSecret = "", privateKey, scopes, issuer }: OAuthConfig): OAuthClientProvider {
  const common = { clientId, clientName: "Tutti", ...defined({ expectedIssuer: issuer, scope: scopes?.join(" ") }) };
  if (privateKey === undefined) return new ClientCredentialsProvider({ ...common, clientSecret });
  return new PrivateKeyJwtProvider({ ...common, privateKey: privateKey.pem, algorithm: privateKey.algorithm });
}
