import { SdkError, SdkHttpError } from "@modelcontextprotocol/client";
import type { HttpConnection } from "../model/server.ts";
import { cutWords } from "./connect-words.ts";
import type { Connected, ConnectPlan } from "./connected.ts";
import { MODERN_VERSION } from "./era.ts";
import { HttpFault } from "./http-fault.ts";
import { HttpTransport } from "./http-transport.ts";
import { httpWords, statusWords } from "./http-words.ts";
import { LoginFailedError } from "./login-failed-error.ts";
import { NO_TIMEOUT_MS } from "./plain-request.ts";
import { SseTransport } from "./sse-transport.ts";
import { StartError } from "./start-error.ts";

/**
 * The ways to reach a server. `auto` asks for its era first. `sse` is how HTTP was used in 2024-11-05.
 */
type Way = "auto" | "modern" | "legacy" | "sse";

/**
 * Agrees with a server over HTTP on the protocol. A server whose answer to the question for its era makes no sense
 * (500, an empty page, silence) is taken for one of the older era: many are, and the handshake will tell. One that
 * refuses to be posted to at all is tried in the oldest way.
 *
 * @throws StartError
 */
export async function connectHttp(connection: HttpConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const era = plan.fixedEra ?? plan.knownEra;
  if (plan.fixedEra === "modern") return await connectBy("modern", connection, plan, signal);
  if (era === "legacy") return await connectLegacy(connection, plan, signal);
  try {
    return await connectBy("auto", connection, plan, signal);
  } catch (error) {
    if (signal.aborted || isFinal(error)) throw error;
    return await connectLegacy(connection, plan, signal);
  }
}

async function connectLegacy(connection: HttpConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  try {
    return await connectBy("legacy", connection, plan, signal);
  } catch (error) {
    if (signal.aborted || !isNotPostable(error)) throw error;
    // What the server says to a stream that it does not know tells less than its answer to the handshake.
    return await connectBy("sse", connection, plan, signal).catch(() => Promise.reject(error as Error));
  }
}

/** Nothing is left when it rejects. */
async function connectBy(way: Way, connection: HttpConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const Transport = way === "sse" ? SseTransport : HttpTransport;
  const transport = new Transport(connection, plan.ports);
  // The SDK's question cannot be aborted; the end of its transport ends it.
  const stop = (): void => void transport.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const client = plan.createClient();
    // A third of the time: enough to hand the rest to the handshake when the question stays without an answer.
    const probe = { timeoutMs: Math.ceil(plan.timeoutMs / 3) };
    client.setVersionNegotiation({ mode: way === "modern" ? { pin: MODERN_VERSION } : way === "auto" ? "auto" : "legacy", probe });
    await client.connect(transport, { signal, timeout: NO_TIMEOUT_MS });
    return { client, transport, era: client.getProtocolEra() ?? "legacy" };
  } catch (error) {
    await transport.close();
    if (signal.aborted) throw new StartError((signal.reason as Error).message, { cause: error });
    const cause = rootOf(error);
    const cut = cause instanceof HttpFault && cause.kind === "lost";
    const words = cut ? await cutWords(cause.message, connection.url, plan.ports.tls) : startWords(cause);
    const reached = cause instanceof SdkHttpError || (cause instanceof HttpFault && cause.status !== undefined);
    throw new StartError(words, { cause, reached, retryAfterMs: cause instanceof HttpFault ? cause.retryAfterMs : undefined });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The SDK wraps what came of its question. */
function rootOf(error: unknown): unknown {
  if (!(error instanceof SdkError)) return error;
  return error.cause instanceof HttpFault || error.cause instanceof LoginFailedError ? error.cause : error;
}

/**
 * Whether asking in the other era cannot help: nobody is there, access is denied, somebody did not log in, or the server asks
 * to come back later.
 */
function isFinal(error: unknown): boolean {
  const cause = error instanceof StartError ? error.cause : error;
  if (cause instanceof LoginFailedError) return true;
  if (cause instanceof HttpFault) return cause.kind === "not-sent" || cause.status === 429 || cause.retryAfterMs !== undefined;
  return cause instanceof SdkHttpError && (cause.status === 401 || cause.status === 403);
}

/** A server of 2024-11-05 has nothing at its address that could be posted to. */
function isNotPostable(error: unknown): boolean {
  const cause = error instanceof StartError ? error.cause : error;
  return cause instanceof SdkHttpError && [400, 404, 405, 406, 415].includes(cause.status);
}

function startWords(cause: unknown): string {
  if (cause instanceof SdkHttpError) return statusWords(cause.status, httpWords(cause.data["text"], cause.statusText));
  if (cause instanceof HttpFault && cause.status !== undefined) return statusWords(cause.status, cause.message);
  return cause instanceof Error ? cause.message : String(cause);
}
