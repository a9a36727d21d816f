import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import type { OAuthConfig } from "../model/oauth.ts";
import type { LoginAssistant, ServerLogins } from "../ports/server-logins.ts";
import { LoginFailedError } from "./login-failed-error.ts";
import { LoginNeededError } from "./login-needed-error.ts";

/** What a login needs beside its configuration. */
export interface OAuthLoginPorts {
  readonly server: string;
  /** Nothing of what is kept is sent anywhere else. */
  readonly url: string;
  readonly logins: ServerLogins;
  readonly clock: Clock;
  /** Without one, a person who has to log in is told how. */
  readonly assistant?: LoginAssistant | undefined;
  /** Aborts when the connection is closed. */
  readonly signal: AbortSignal;
}

const RENEWAL_TIMEOUT_MS: Ms = 20_000;

/** What is kept of a login. Its members are the SDK's documents, and nobody but the SDK looks into them. */
interface Kept {
  readonly url?: string;
  readonly client?: StoredOAuthClientInformation;
  readonly tokens?: StoredOAuthTokens;
}

/**
 * The login of one server by the authorization code grant with PKCE, as the SDK's transports use it: it keeps what
 * they learn, and takes a person to where he logs in.
 *
 * The store is read anew when a login begins, because another process of the same user may have logged in meanwhile.
 */
export class OAuthLogin implements OAuthClientProvider {
  readonly clientMetadataUrl?: string;
  readonly #config: OAuthConfig;
  readonly #ports: OAuthLoginPorts;
  #kept: Kept | undefined;
  #verifier: string | undefined;
  #state: string | undefined;
  /**
   * What was found out about the authorization server when the login began, until it has ended: a server may have another
   * one by the next time.
   */
  #discovery: OAuthDiscoveryState | undefined;
  #answer: URLSearchParams | undefined;
  /** The access token that came of the last renewal. */
  #renewed: string | undefined;

  constructor(config: OAuthConfig, ports: OAuthLoginPorts) {
    this.#config = config;
    this.#ports = ports;
    if (config.clientMetadataUrl !== undefined) this.clientMetadataUrl = config.clientMetadataUrl;
  }

  get redirectUrl(): string {
    return this.#ports.assistant?.redirectUrl ?? "http://127.0.0.1/callback";
  }

  get clientMetadata(): OAuthClientMetadata {
    const { scopes, clientSecret } = this.#config;
    return {
      client_name: "Tutti",
      redirect_uris: [this.redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      ...(clientSecret === undefined ? {} : { token_endpoint_auth_method: "client_secret_basic" }),
      ...(scopes === undefined ? {} : { scope: scopes.join(" ") }),
    };
  }

  state(): string {
    this.#state = randomBytes(16).toString("base64url");
    return this.#state;
  }

  async clientInformation(): Promise<StoredOAuthClientInformation | undefined> {
    const { clientId, clientSecret, issuer } = this.#config;
    if (clientId === undefined) return await this.#registered();
    return {
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...(issuer === undefined ? {} : { issuer }),
    };
  }

  async saveClientInformation(client: StoredOAuthClientInformation): Promise<void> {
    await this.#keep({ client });
  }

  async tokens(context?: { readonly issuer: string }): Promise<StoredOAuthTokens | undefined> {
    if (context !== undefined) this.#kept = undefined;
    return (await this.#read()).tokens;
  }

  async saveTokens(tokens: StoredOAuthTokens): Promise<void> {
    this.#discovery = undefined;
    // They are kept already, or even newer ones.
    if (tokens.access_token === this.#renewed) return;
    await this.#keep({ tokens });
  }

  /**
   * Sends a refresh token, unless another connection was faster, maybe that of another process: what was kept meanwhile is the
   * answer then. A refresh token that comes a second time is taken for stolen, and the login has ended for everybody.
   */
  async renew(refreshToken: string, send: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    const { logins, server, clock, signal } = this.#ports;
    const renewal = async (): Promise<Response> => {
      this.#kept = undefined;
      const { tokens } = await this.#read();
      if (tokens === undefined) return Response.json({ error: "invalid_grant", error_description: "it was logged out" }, { status: 400 });
      if (tokens.refresh_token !== refreshToken) return this.#answerWith(tokens);
      // All others wait for it.
      using limit = deadline(clock, signal, RENEWAL_TIMEOUT_MS, () => new Error("the login was not renewed in time"));
      const response = await send(limit.signal);
      const text = await response.text();
      const given = response.ok ? readTokens(text) : undefined;
      // The SDK says what is wrong with it.
      if (given === undefined) return new Response(text, { status: response.status, headers: response.headers });
      const renewed = { ...tokens, ...given };
      await this.#keep({ tokens: renewed });
      return this.#answerWith(renewed);
    };
    return await logins.exclusively(server, renewal, signal);
  }

  async redirectToAuthorization(page: URL): Promise<void> {
    const { assistant, server, signal } = this.#ports;
    const { tokens } = await this.#read();
    const asked = page.searchParams.get("scope") ?? undefined;
    if (assistant === undefined) throw new LoginNeededError(server, tokens === undefined ? undefined : asked);
    const answer = await assistant.visit(server, this.#withOwnScopes(page), signal);
    const refused = answer.get("error");
    if (refused !== null) throw new LoginFailedError(`the login was refused: ${answer.get("error_description") ?? refused}`);
    // A page that was opened by somebody else sends somebody else's code.
    if (answer.get("state") !== this.#state)
      throw new LoginFailedError("the login is not the one that was begun here: it has another state");
    this.#answer = answer;
  }

  /** What the page has sent along, once. */
  takeAnswer(): URLSearchParams | undefined {
    const answer = this.#answer;
    this.#answer = undefined;
    return answer;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    assert(this.#verifier !== undefined, "a login that is answered was begun");
    return this.#verifier;
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.#discovery = discovery;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  async invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery"): Promise<void> {
    if (scope === "verifier" || scope === "all") this.#verifier = undefined;
    if (scope === "discovery" || scope === "all") this.#discovery = undefined;
    if (scope === "all") await this.#replace({ url: this.#ports.url });
    else if (scope === "client" || scope === "tokens") await this.#replace({ ...(await this.#read()), [scope]: undefined });
  }

  /** What the server wants and what the configuration says, each once. */
  #withOwnScopes(page: URL): URL {
    const { scopes } = this.#config;
    if (scopes === undefined) return page;
    const wanted = (page.searchParams.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
    const whole = new URL(page);
    whole.searchParams.set("scope", [...new Set([...wanted, ...scopes])].join(" "));
    return whole;
  }

  #answerWith(tokens: StoredOAuthTokens): Response {
    this.#renewed = tokens.access_token;
    return Response.json({ ...tokens, issuer: undefined });
  }

  /** Whoever cannot log in need not register either. */
  async #registered(): Promise<StoredOAuthClientInformation | undefined> {
    const { client } = await this.#read();
    if (client === undefined && this.#ports.assistant === undefined) throw new LoginNeededError(this.#ports.server);
    return client;
  }

  async #read(): Promise<Kept> {
    const { logins, server, url } = this.#ports;
    this.#kept ??= (await logins.read(server)) as Kept | undefined;
    // The address in the configuration may be another one than that at which somebody has logged in.
    if (this.#kept?.url !== url) this.#kept = { url };
    return this.#kept;
  }

  async #keep(part: Kept): Promise<void> {
    await this.#replace({ ...(await this.#read()), ...part });
  }

  async #replace(kept: { readonly [Key in keyof Kept]: Kept[Key] | undefined }): Promise<void> {
    const document = JSON.parse(JSON.stringify(kept)) as JsonObject;
    this.#kept = document;
    await this.#ports.logins.write(this.#ports.server, document);
  }
}

const granted = z.object({
  access_token: z.string(),
  token_type: z.string(),
  expires_in: z.coerce.number().exactOptional(),
  scope: z.string().exactOptional(),
  refresh_token: z.string().exactOptional(),
  id_token: z.string().exactOptional(),
});

function readTokens(text: string): z.infer<typeof granted> | undefined {
  try {
    return granted.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
