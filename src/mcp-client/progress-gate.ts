import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import type { Clock } from "../base/clock.ts";

const WINDOW_MS = 1_000;
/** Progress messages of one call in one second; those beyond are dropped before they cost anything. */
const PER_WINDOW_MAX = 10;
/** Calls in flight on one connection whose progress is counted; a server that invents tokens gets no further. */
const TOKENS_MAX = 1_000;

/** Whether a message of a server is to be looked at at all: a flood of progress must not keep other calls waiting. */
export function createProgressGate(clock: Clock): (message: JSONRPCMessage) => boolean {
  const windows = new Map<unknown, { startMs: number; count: number }>();

  return (message) => {
    if (!("method" in message)) {
      windows.delete(message.id);
      return true;
    }
    if (message.method !== "notifications/progress") return true;
    const token = message.params?.["progressToken"];
    const nowMs = clock.monotonicMs();
    let window = windows.get(token);
    if (window === undefined) {
      if (windows.size >= TOKENS_MAX) return false;
      window = { startMs: nowMs, count: 0 };
      windows.set(token, window);
    }
    if (nowMs - window.startMs >= WINDOW_MS) {
      window.startMs = nowMs;
      window.count = 0;
    }
    window.count += 1;
    return window.count <= PER_WINDOW_MAX;
  };
}
