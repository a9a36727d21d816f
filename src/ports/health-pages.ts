import type { JsonObject } from "../base/json.ts";

/** Asks servers on a network what they say of themselves outside MCP. */
export interface HealthPages {
  /** What the replica of this connection says at `/health`; undefined when it says nothing there. */
  page(connection: string, signal: AbortSignal): Promise<JsonObject | undefined>;
}
