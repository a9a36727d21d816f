/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  isSpecType,
  type JSONRPCMessage,
  type PriorDiscovery,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";
import type { ServerTransport } from "./wire-fault.ts";

/** `legacy`: a handshake opens the connection (2024-11-05 to 2025-11-25). `modern`: each request stands for itself (2026-07-28). */
export type Era = "legacy" | "modern";

export const MODERN_VERSION = "2026-07-28";

/** Whether a protocol version, which is a date, belongs to the newer era. */
export function isModern(version: string): boolean {
  return version >= MODERN_VERSION;
}

/** The JSON-RPC error of a server that does not speak the version of a request. */
export const UNSUPPORTED_VERSION = -32_022;

const QUESTION_ID = "tutti-era";
const PING_ID = "tutti-ping";
/** A server that has answered the ping has read the question before it; this is for those that answer side by side. */
const AFTER_PING_MS = 250;
/** When not even the ping is answered the server is slow to start, or waits for a handshake first. */
const SILENCE_MS = 2_000;

/** Who asks, and how. */
export interface EraQuestion {
  readonly clientInfo: Implementation;
  readonly capabilities: ClientCapabilities;
  readonly clock: Clock;
  /** Whether to wait for the answer as long as the signal allows; else silence is an answer, too. */
  readonly patient: boolean;
}

/**
 * What came of it: a verdict, as `Client.connect` takes it for `prior`; `silent` when nothing was answered at all;
 * `died` when the question ended the server.
 */
export type EraAnswer = PriorDiscovery | "silent" | "died";

/**
 * Asks a server on a pipe which era it speaks, on the connection that will be used.
 *
 * Servers of the older era answer the question with an error, do not answer it, or die of it. The ping behind it tells
 * silence from a slow start, so that neither costs more time than it needs.
 */
export async function askEra(transport: ServerTransport, question: EraQuestion, signal: AbortSignal): Promise<EraAnswer> {
  signal.throwIfAborted();
  const { clock, patient } = question;
  const answer = Promise.withResolvers<EraAnswer>();
  const stop = (): void => answer.reject(signal.reason as Error);
  let timer = patient ? undefined : clock.after(SILENCE_MS, () => answer.resolve("silent"));
  transport.onclose = () => answer.resolve("died");
  transport.onmessage = (message: JSONRPCMessage) => {
    if ("method" in message) return;
    if (message.id === QUESTION_ID) answer.resolve(verdictOf(message));
    if (message.id !== PING_ID || patient) return;
    timer?.[Symbol.dispose]();
    timer = clock.after(AFTER_PING_MS, () => answer.resolve({ kind: "legacy" }));
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    await transport.start();
    await ask(transport, question);
    return await answer.promise;
  } finally {
    timer?.[Symbol.dispose]();
    signal.removeEventListener("abort", stop);
    delete transport.onmessage;
    delete transport.onclose;
  }
}

async function ask(transport: ServerTransport, question: EraQuestion): Promise<void> {
  const params = {
    _meta: {
      [PROTOCOL_VERSION_META_KEY]: MODERN_VERSION,
      [CLIENT_INFO_META_KEY]: question.clientInfo,
      [CLIENT_CAPABILITIES_META_KEY]: question.capabilities,
    },
  };
  await transport.send({ jsonrpc: "2.0", id: QUESTION_ID, method: "server/discover", params });
  await transport.send({ jsonrpc: "2.0", id: PING_ID, method: "ping", params });
}

/** Whether the SDK complains of an answer to the question that came when it was already settled. */
export function isLateEraAnswer(error: Error): boolean {
  return error.message.includes(`"${PING_ID}"`) || error.message.includes(`"${QUESTION_ID}"`);
}

function verdictOf(answer: JSONRPCMessage): PriorDiscovery {
  if (!("result" in answer) || !isSpecType.DiscoverResult(answer.result)) return { kind: "legacy" };
  return answer.result.supportedVersions.includes(MODERN_VERSION) ? { kind: "modern", discover: answer.result } : { kind: "legacy" };
}
