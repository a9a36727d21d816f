import type { Ms } from "../base/duration.ts";
import type { Effect } from "./workflow.ts";

/** How one server is reached and what its owner says of it. Values are final: variables are already expanded. */
export interface ServerConfig {
  /** `^[A-Za-z0-9_-]{1,64}$`; tools are named `server.tool`. */
  readonly name: string;
  readonly connection: StdioConnection | HttpConnection;
  /** The server does nothing twice for calls that carry the same idempotency key. */
  readonly honoursIdempotencyKey: boolean;
  /** By tool name. */
  readonly effects: Readonly<Record<string, Effect>>;
  readonly requires: Readonly<Record<string, readonly string[]>>;
  /** Calls in flight at once. Default 5. */
  readonly maxConcurrentCalls?: number;
  /** For starting, connecting and listing. Default 30 s. */
  readonly connectTimeoutMs?: Ms;
  /** Skips the question which era the server speaks. */
  readonly protocolEra?: "legacy" | "modern";
}

export interface StdioConnection {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the few variables of our own environment that a child needs (PATH, HOME, ...). */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface HttpConnection {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
