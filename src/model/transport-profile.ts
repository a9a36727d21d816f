import type { ServerConfig } from "./server.ts";

/** What a way to reach servers is good for, in eight columns; `docs/envelope.md` shows them as a table. */
export interface TransportProfile {
  readonly transport: "nats_stdio" | "direct_stdio" | "websocket_stdio" | "stdio" | "streamable_http";
  /** `sequential`: one call after the other. `optimal`: by any agent that is free; else by Tutti. */
  readonly coordination: "optimal" | "coordinated" | "sequential";
  /** Whether calls to one server may overlap; plans and admission keep to it. */
  readonly parallelOperations: boolean;
  /** What tells which answer belongs to which call. `manual`: that there is only one. */
  readonly requestCorrelation: "request_id" | "headers" | "manual";
  /** Where errors come together: in one place, in one form, or with each call as its server puts them. */
  readonly errorHandling: "centralized" | "structured" | "individual";
  readonly contentTypes: readonly ("json" | "json_lines" | "binary")[];
  readonly complexity: "low" | "medium" | "high";
  readonly enterpriseReady: "yes" | "limited";
  /** Whether there is something that speaks it. */
  readonly available: boolean;
}

/** What can be expected of the transport of a server, as it is configured. */
export function transportProfile({ connection, profile }: ServerConfig): TransportProfile {
  const sequential = profile === "sequential";
  if (connection.kind === "stdio") return sequential ? TRANSPORT_PROFILES.direct_stdio : TRANSPORT_PROFILES.stdio;
  const row = connection.kind === "http" ? TRANSPORT_PROFILES.streamable_http : TRANSPORT_PROFILES.websocket_stdio;
  return sequential ? { ...row, coordination: "sequential", parallelOperations: false } : row;
}

/**
 * All transports. `direct_stdio` is a server that gets one call at a time (`profile: sequential`); the same pipe with calls
 * side by side is `stdio`.
 */
export const TRANSPORT_PROFILES: { readonly [Transport in TransportProfile["transport"]]: TransportProfile } = {
  nats_stdio: {
    transport: "nats_stdio",
    coordination: "optimal",
    parallelOperations: true,
    requestCorrelation: "request_id",
    errorHandling: "centralized",
    contentTypes: ["json", "binary"],
    complexity: "medium",
    enterpriseReady: "yes",
    available: false,
  },
  direct_stdio: {
    transport: "direct_stdio",
    coordination: "sequential",
    parallelOperations: false,
    requestCorrelation: "manual",
    errorHandling: "individual",
    contentTypes: ["json_lines"],
    complexity: "low",
    enterpriseReady: "limited",
    available: true,
  },
  websocket_stdio: {
    transport: "websocket_stdio",
    coordination: "coordinated",
    parallelOperations: true,
    requestCorrelation: "headers",
    errorHandling: "structured",
    contentTypes: ["json", "binary"],
    complexity: "high",
    enterpriseReady: "yes",
    available: true,
  },
  stdio: {
    transport: "stdio",
    coordination: "coordinated",
    parallelOperations: true,
    requestCorrelation: "request_id",
    errorHandling: "structured",
    contentTypes: ["json_lines", "binary"],
    complexity: "low",
    enterpriseReady: "limited",
    available: true,
  },
  streamable_http: {
    transport: "streamable_http",
    coordination: "coordinated",
    parallelOperations: true,
    requestCorrelation: "headers",
    errorHandling: "structured",
    contentTypes: ["json", "binary"],
    complexity: "medium",
    enterpriseReady: "yes",
    available: true,
  },
};
