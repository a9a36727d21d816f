import { ToolError } from "tutti/server";
import { z } from "zod";
import type { GuardedHttp } from "../kit/http/guarded-fetch.ts";
import type { ApiRequest } from "./build-request.ts";
import { authenticationFailed } from "./gateway-error.ts";
import type { ApiConfig } from "./read-apis-file.ts";
import { isTransient } from "./retry-policy.ts";
import type { SecretWords } from "./secret-words.ts";

/** Says in requests who asks. */
export interface Credentials {
  /** @throws ToolError `AuthenticationFailed` - a secret is missing, or no token is given for it */
  add(apiName: string, api: ApiConfig, request: ApiRequest): Promise<ApiRequest>;
  /** The API did not take the token that it was given. Whether another one can be had. */
  forget(apiName: string, api: ApiConfig): boolean;
}

export interface CredentialPorts {
  readonly http: GuardedHttp;
  readonly secrets: SecretWords;
  readonly now: () => number;
}

interface Token {
  readonly value: string;
  readonly untilMs: number;
}

export function credentials(ports: CredentialPorts): Credentials {
  const { secrets, now } = ports;
  const tokens = new Map<string, Token>();
  // Calls that need the same token at once fetch it once.
  const fetching = new Map<string, Promise<Token>>();
  const tokenOf = async (apiName: string, api: ApiConfig): Promise<string> => {
    const known = tokens.get(apiName);
    if (known !== undefined && known.untilMs > now()) return known.value;
    const under = fetching.get(apiName) ?? fetchToken(apiName, api, ports);
    fetching.set(apiName, under);
    try {
      const token = await under;
      tokens.set(apiName, token);
      return token.value;
    } finally {
      if (fetching.get(apiName) === under) fetching.delete(apiName);
    }
  };
  return {
    async add(apiName, api, request) {
      const { auth } = api;
      switch (auth.kind) {
        case "none":
          return request;
        case "api_key":
          return withKey(request, auth, secrets.read(apiName, auth.secret));
        case "bearer":
          return authorized(request, `Bearer ${secrets.read(apiName, auth.secret)}`);
        case "basic": {
          const pair = Buffer.from(`${secrets.read(apiName, auth.user)}:${secrets.read(apiName, auth.secret)}`).toString("base64");
          secrets.learn(pair);
          return authorized(request, `Basic ${pair}`);
        }
        case "oauth2":
          return authorized(request, `Bearer ${await tokenOf(apiName, api)}`);
      }
    },
    forget(apiName, { auth }) {
      return auth.kind === "oauth2" && tokens.delete(apiName);
    },
  };
}

function withKey(
  request: ApiRequest,
  { header, query }: { readonly header?: string | undefined; readonly query?: string | undefined },
  key: string,
): ApiRequest {
  if (query === undefined) return { ...request, headers: { ...request.headers, [header ?? "X-Api-Key"]: key } };
  const url = new URL(request.url);
  url.searchParams.set(query, key);
  return { ...request, url };
}

function authorized(request: ApiRequest, authorization: string): ApiRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}

const tokenAnswer = z.object({
  access_token: z.string().min(1).max(10_000),
  token_type: z.string().optional(),
  /** Some say it as a text. */
  expires_in: z.coerce.number().min(0).max(31_536_000).default(300),
});

/** Client credentials (RFC 6749, 4.4). It serves all who wait, so no one of them can cancel it; it has a time limit. */
async function fetchToken(
  apiName: string,
  { auth, timeout_ms: timeoutMs }: ApiConfig,
  { http, secrets, now }: CredentialPorts,
): Promise<Token> {
  if (auth.kind !== "oauth2") throw authenticationFailed(`"${apiName}" takes no tokens`);
  const pair = [secrets.read(apiName, auth.client_id), secrets.read(apiName, auth.secret)].map(encodeURIComponent).join(":");
  const form = new URLSearchParams({ grant_type: "client_credentials", ...(auth.scope === undefined ? {} : { scope: auth.scope }) });
  const basic = Buffer.from(pair).toString("base64");
  secrets.learn(basic);
  const answer = await http.fetch(auth.token_url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json", authorization: `Basic ${basic}` },
    body: form.toString(),
    signal: new AbortController().signal,
    timeoutMs,
    bytesMax: 65_536,
  });
  if (isTransient(answer.status)) throw new ToolError(`the token endpoint of "${apiName}" answered ${answer.status}`, { type: "External" });
  if (answer.status !== 200)
    throw authenticationFailed(`"${apiName}" was given no token: its token endpoint answered ${answer.status}`, 401);
  const read = tokenAnswer.safeParse(parsed(answer.body));
  if (!read.success) throw authenticationFailed(`"${apiName}" was given no token: the answer of its token endpoint has none`);
  secrets.learn(read.data.access_token);
  // A little earlier than it says: the request is on its way for a while.
  const livesMs = read.data.expires_in * 1_000;
  return { value: read.data.access_token, untilMs: now() + livesMs - Math.min(30_000, livesMs / 10) };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}
