import type { ServerConfig } from "../../src/model/server.ts";

/** A server that nobody starts, by its name (`s` if it has none) and by what a test says about it. */
export function serverConfig(nameOrMore: string | Partial<ServerConfig> = {}, more: Partial<ServerConfig> = {}): ServerConfig {
  return {
    name: "s",
    connection: { kind: "stdio", command: "none", args: [], env: {} },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
    ...(typeof nameOrMore === "string" ? { name: nameOrMore } : nameOrMore),
    ...more,
  };
}
