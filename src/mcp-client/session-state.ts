import type { LiveCall } from "./live-call.ts";

/** What the messages of a server change in a session. */
export interface SessionState {
  /** Those in flight. */
  readonly calls: Set<LiveCall>;
  /** The server has said that its tools have changed, and they have not been listed since. */
  toolsStale: boolean;
}
