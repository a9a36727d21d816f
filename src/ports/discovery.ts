import type { ServerRecord } from "../model/server-record.ts";

/** Finds out about servers by asking them. */
export interface Discovery {
  /**
   * Asks servers with all their replicas, side by side; starts those that do not run. None waits for another, and one
   * that does not answer is in the result.
   *
   * @param servers - default: all
   * @throws TuttiError `server.not-found`
   */
  discover(servers: readonly string[] | undefined, signal: AbortSignal): Promise<readonly ServerRecord[]>;
}
