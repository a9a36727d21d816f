import { ToolError } from "tutti/server";
import { type Dispatcher, request } from "undici";
import { refuse } from "../reference-server.ts";
import { timeLimit } from "../time-limit.ts";
import { type Resolver, guardedAgent } from "./guarded-agent.ts";
import { networkError } from "./network-error.ts";
import { type PlacePolicy, placePolicy } from "./place-policy.ts";
import { type Headers, bodilessHeaders, harmlessHeaders, requestHeaders } from "./request-headers.ts";
import { readBody } from "./response-body.ts";

/*
 * H1. No connection is opened to an address that may not be asked: the address is checked when it is connected to, so that
 *     a name that means another address a moment later changes nothing.
 * H2. A redirect is a new request, and is checked as one. What was meant for one origin does not go to another.
 */

export interface GuardedHttpOptions {
  /** `host` (all of its ports), `host:port` or `*.example.com` (what is below it). None: every public host. */
  readonly allowedHosts: readonly string[];
  /** `host:port` pairs that may be on this machine or a private network. They need not be among the allowed hosts. */
  readonly allowPrivate: readonly string[];
  /** For one fetch, with its redirects and the body. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  /** Default 5. With 0 a redirect is given as the answer. */
  readonly redirectsMax?: number;
  /** Default: the resolver of this machine. */
  readonly resolve?: Resolver;
}

/** A way out to the web that leads nowhere else. Disposing ends what is under way. */
export interface GuardedHttp extends AsyncDisposable {
  /**
   * Gives whatever is answered, also with a status of failure, with its body unpacked.
   *
   * @throws ToolError - it is refused (`Validation`), the host is not reached (`Connection`), or it is too slow (`External`)
   */
  fetch(url: string, options: GuardedFetch): Promise<GuardedAnswer>;
}

export interface GuardedFetch {
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
  /** True for who wants to know the status only: the answer has no body then, whatever comes, and whether it ends. */
  readonly headersOnly?: boolean;
  /** Less than what all have, never more. */
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
}

export interface GuardedAnswer {
  readonly status: number;
  /** Names in small letters; those that came several times are joined with a comma. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Which one has answered, after redirects. */
  readonly url: string;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** So much of a body that nobody wants is read, and so long, to keep the connection for the next request. */
const LETTING_GO_BYTES = 16_384;
const LETTING_GO_MS = 1_000;

/** @throws Error - an entry of the lists is none */
export function openGuardedHttp(options: GuardedHttpOptions): GuardedHttp {
  const policy = placePolicy(options.allowedHosts, options.allowPrivate);
  const agent = guardedAgent(policy, options);
  const redirectsMax = options.redirectsMax ?? 5;
  const sent = async (hop: Hop, limits: Limits): Promise<Answered> => {
    const { url, method, headers, body } = hop;
    const answer = await request(url, {
      dispatcher: agent,
      method: method as "GET",
      headers: { "accept-encoding": "gzip, deflate, br", "user-agent": "tutti-reference-server", ...headers },
      body: body ?? null,
      signal: limits.signal,
    });
    const answered = headersOf(answer.headers);
    const location = answered["location"];
    if (redirectsMax > 0 && REDIRECTS.has(answer.statusCode) && location !== undefined) {
      await answer.body.dump({ limit: LETTING_GO_BYTES, signal: limits.signal });
      return { redirect: location, status: answer.statusCode };
    }
    const content = await contentOf(answer, { method, host: url.host, encoding: answered["content-encoding"] ?? "" }, limits);
    return { answer: { status: answer.statusCode, headers: answered, body: content, url: url.href } };
  };
  return {
    async fetch(text, asked) {
      let hop = firstHop(policy.check(text), asked);
      const timeoutMs = Math.min(asked.timeoutMs ?? options.timeoutMs, options.timeoutMs);
      const bytesMax = Math.min(asked.bytesMax ?? options.bytesMax, options.bytesMax);
      using limit = timeLimit(asked.signal, timeoutMs);
      try {
        for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
          const answered = await sent(hop, { signal: limit.signal, bytesMax, headersOnly: asked.headersOnly ?? false });
          if ("answer" in answered) return answered.answer;
          hop = nextHop(hop, answered, policy);
        }
      } catch (error) {
        throw networkError(error, { host: hop.url.host, timeoutMs, late: limit.late(), cancelled: asked.signal.aborted });
      }
      // Its host alone: the rest of a URL may be a secret.
      throw refuse(`${hop.url.host} redirects more than ${redirectsMax} times`);
    },
    [Symbol.asyncDispose]: async () => await agent.destroy(),
  };
}

interface Limits {
  readonly signal: AbortSignal;
  readonly bytesMax: number;
  readonly headersOnly: boolean;
}

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly encoding: string;
}

async function contentOf(
  { statusCode: status, body }: Pick<Dispatcher.ResponseData, "statusCode" | "body">,
  { method, host, encoding }: Asked,
  { signal, bytesMax, headersOnly }: Limits,
): Promise<Uint8Array> {
  // Any three digits come through the parser, and mean something to nobody.
  const known = status >= 200 && status <= 599;
  if (!known || headersOnly) {
    using limit = timeLimit(signal, LETTING_GO_MS);
    await body.dump({ limit: LETTING_GO_BYTES, signal: limit.signal }).catch(() => undefined);
    if (!known) throw new ToolError(`${host} has answered with the status ${status}, which there is not`, { type: "External" });
    return new Uint8Array();
  }
  const empty = method === "HEAD" || status === 204 || status === 304;
  return await readBody(body, { bytesMax, encoding: empty ? "" : encoding.trim().toLowerCase() });
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array;
}

type Answered = { readonly answer: GuardedAnswer } | { readonly redirect: string; readonly status: number };

function firstHop(url: URL, { method = "GET", headers = {}, body }: GuardedFetch): Hop {
  const name = method.toUpperCase();
  if (!METHODS.has(name)) throw refuse(`"${method.slice(0, 50)}" is no method. Right is one of ${[...METHODS].join(", ")}`);
  if (body !== undefined && (name === "GET" || name === "HEAD")) throw refuse(`a ${name} request has no body`);
  return { url, method: name, headers: requestHeaders(headers), ...(body === undefined ? {} : { body }) };
}

/** Where a redirect leads (H2). Other methods than GET become one, except where the status says that they must not. */
function nextHop(hop: Hop, { redirect, status }: { redirect: string; status: number }, policy: PlacePolicy): Hop {
  if (!URL.canParse(redirect, hop.url.href)) throw refuse(`${hop.url.host} redirects to what is no URL`);
  const url = policy.check(new URL(redirect, hop.url).href);
  if (hop.url.protocol === "https:" && url.protocol === "http:") throw refuse(`${hop.url.host} redirects from https: to http:`);
  const elsewhere = url.origin !== hop.url.origin;
  const headers = elsewhere ? harmlessHeaders(hop.headers) : hop.headers;
  const keeps = status === 307 || status === 308 || hop.method === "HEAD" || hop.method === "GET";
  if (!keeps) return { url, method: "GET", headers: bodilessHeaders(headers) };
  if (elsewhere && hop.body !== undefined) throw refuse(`${hop.url.host} redirects a body to ${url.host}: send it there, if that is meant`);
  return { ...hop, url, headers };
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const entries = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return Object.fromEntries(entries) as Headers;
}
