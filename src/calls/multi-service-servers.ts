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
 *
 * @param insecure - the example addresses, which are without TLS, may be used
 */
export function multiServiceServers(overrides: MultiServiceOverrides = {}, insecure = false): readonly ServerConfig[] {
  const examples = examplesOf(insecure);
  return MULTI_SERVICES.flatMap((name) => {
    const given = overrides[name];
    return given === false ? [] : [{ ...COMMON, ...examples[name], ...given, name }];
  });
}

const COMMON = { honoursIdempotencyKey: false, effects: {}, requires: {} } as const;

function examplesOf(insecure: boolean): Readonly<Record<MultiService, Pick<ServerConfig, "connection" | "injector">>> {
  return {
    database: {
      connection: { kind: "stdio", command: "./database-mcp-server", args: [], env: {} },
      injector: { kind: "database", tables: {} },
    },
    email: {
      connection: { kind: "http", url: "http://email-service:8080/mcp", headers: {}, insecure },
      injector: { kind: "email", senders: {} },
    },
    analytics: { connection: { kind: "websocket", url: "ws://analytics:9090/mcp", headers: {}, insecure } },
  };
}
