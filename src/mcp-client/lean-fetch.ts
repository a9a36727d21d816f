import type { FetchLike } from "@modelcontextprotocol/client";
import { type Dispatcher, request } from "undici";
import type { Clock } from "../base/clock.ts";
import { TlsMaterialError } from "../base/tls-material.ts";
import { connectWords, isRefusedByTls } from "./connect-words.ts";
import type { LoadTls } from "./connection-tls.ts";
import { eventStream } from "./event-stream.ts";
import { HttpAgents } from "./http-agents.ts";
import { EXCHANGE_HEADER, type HttpExchange } from "./http-exchange.ts";
import { HttpFault } from "./http-fault.ts";
import { httpWords, REFUSAL_BYTES_MAX } from "./http-words.ts";
import { readText } from "./read-text.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { MESSAGE_BYTES_MAX } from "./wire-fault.ts";

export interface LeanFetchOptions {
  readonly clock: Clock;
  readonly tls: LoadTls;
  /** The exchange with this key, for requests that carry {@link EXCHANGE_HEADER}. */
  readonly exchange: (key: string) => HttpExchange | undefined;
}

/** A `fetch` for the SDK's HTTP transports, with sockets of its own. Disposing cuts them. */
export interface LeanFetch extends AsyncDisposable {
  readonly fetch: FetchLike;
}

/**
 * `fetch` on undici's `request`: a third of the cost of the built-in one, no listener left on a long-lived signal, errors
 * that tell whether the request was sent, and a limit on what is read. It follows no redirects (the SDK follows those
 * that it allows) and has no time limit: streams may be silent for long, and calls have their own.
 *
 * It rejects with `HttpFault`, also for 429 and 5xx, which the SDK would strip of their Retry-After.
 */
export function createLeanFetch(options: LeanFetchOptions): LeanFetch {
  const agents = new HttpAgents(options.tls);
  const fetch: FetchLike = async (url, init = {}) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    const exchange = options.exchange(headers[EXCHANGE_HEADER] ?? "");
    delete headers[EXCHANGE_HEADER];
    const stop = exchange?.stop ?? new AbortController();
    const unfollow = follow(init.signal ?? undefined, stop);
    try {
      const method = init.method ?? "GET";
      const body = typeof init.body === "string" || init.body instanceof URLSearchParams ? String(init.body) : null;
      const dispatcher = await agents.agent(String(url));
      const answer = await request(url, { dispatcher, method, headers, body, signal: stop.signal });
      answer.body.once("close", unfollow);
      return await toResponse(answer, exchange, options.clock);
    } catch (error) {
      unfollow();
      throw asFault(error, stop.signal, agents);
    }
  };
  return { fetch, [Symbol.asyncDispose]: () => agents[Symbol.asyncDispose]() };
}

/** Lets one controller follow a signal; returns what lets go of it. */
function follow(signal: AbortSignal | undefined, stop: AbortController): () => void {
  const abort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  return () => signal?.removeEventListener("abort", abort);
}

/**
 * Streams of events go on; everything else is read here, where it can still be limited. The SDK reads a body through
 * `text` and `json`, and a string that is there already saves the detour over web streams.
 */
async function toResponse(answer: Dispatcher.ResponseData, exchange: HttpExchange | undefined, clock: Clock): Promise<Response> {
  const { statusCode: status, body } = answer;
  const headers = toHeaders(answer.headers);
  if (status === 429 || status >= 500) throw await refusal(answer, clock);
  if (status < 300 && (headers.get("content-type") ?? "").startsWith("text/event-stream")) {
    if (exchange !== undefined) exchange.streaming = true;
    return new Response(eventStream(body, exchange), { status, headers });
  }
  const text = await readText(body, status < 300 ? MESSAGE_BYTES_MAX : REFUSAL_BYTES_MAX);
  if (text === undefined)
    throw new HttpFault("oversized", `the answer has more than ${MESSAGE_BYTES_MAX} bytes, which are the most that are taken`);
  // Defined, not assigned: there are programs in which `Response` is another one, of which nothing can be assigned.
  return Object.defineProperties(new Response(null, { status, headers }), {
    text: { value: async () => text },
    json: { value: async () => JSON.parse(text) as unknown },
  });
}

function toHeaders(headers: Dispatcher.ResponseData["headers"]): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) result.append(name, one);
  }
  return result;
}

async function refusal(answer: Dispatcher.ResponseData, clock: Clock): Promise<HttpFault> {
  const header = answer.headers["retry-after"];
  const retryAfterMs = parseRetryAfter(Array.isArray(header) ? header[0] : header, clock.nowMs());
  const text = await readText(answer.body, REFUSAL_BYTES_MAX).catch(() => undefined);
  const details = { status: answer.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new HttpFault("refused", httpWords(text, answer.statusText), details);
}

function asFault(error: unknown, signal: AbortSignal, agents: HttpAgents): unknown {
  // Whoever aborted knows why, and the SDK asks for the error's name.
  if (error instanceof HttpFault || !(error instanceof Error) || signal.aborted) return error;
  if (error instanceof TlsMaterialError) return new HttpFault("not-sent", error.message, { cause: error });
  if (agents.hasNotConnected(error) || isRefusedByTls(error))
    return new HttpFault("not-sent", `it cannot be reached: ${connectWords(error)}`, { cause: error });
  return new HttpFault("lost", `the connection was lost: ${error.message}`, { cause: error });
}
