import type { ServerConfig } from "../../src/model/server.ts";

/** A server `s` that nobody starts, of which a test says what it is about. */
export function serverConfig(more: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: "s",
    connection: { kind: "stdio", command: "none", args: [], env: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    ...more,
  };
}
