import type { ServerConfig } from "../model/server.ts";

/** The services of the multi-service adapter. */
export const MULTI_SERVICES = ["database", "email", "analytics"] as const;

export type MultiService = (typeof MULTI_SERVICES)[number];

/** What is said of each service in place of, or beside, what stands here; `false` leaves a service out. */
export type MultiServiceOverrides = Readonly<Partial<Record<MultiService, Partial<Omit<ServerConfig, "name">> | false>>>;

/**
 * The servers behind the services. The addresses are examples, to be replaced by real ones.
 *
 * Database and email have their injectors, which let nothing pass until they are told the tables and the senders.
 */
export function multiServiceServers(overrides: MultiServiceOverrides = {}): readonly ServerConfig[] {
  return MULTI_SERVICES.flatMap((name) => {
    const given = overrides[name];
    return given === false ? [] : [{ ...COMMON, ...EXAMPLES[name], ...given, name }];
  });
}

const COMMON = { honoursIdempotencyKey: false, effects: {}, requires: {} } as const;

const EXAMPLES: Readonly<Record<MultiService, Pick<ServerConfig, "connection" | "injector">>> = {
  database: {
    connection: { kind: "stdio", command: "./database-mcp-server", args: [], env: {} },
    injector: { kind: "database", tables: {} },
  },
  email: {
    connection: { kind: "http", url: "http://email-service:8080/mcp", headers: {} },
    injector: { kind: "email", senders: {} },
  },
  analytics: { connection: { kind: "http", url: "ws://analytics:9090/mcp", headers: {} } },
};
