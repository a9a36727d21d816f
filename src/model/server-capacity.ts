import { DEFAULT_LIMITS } from "./default-limits.ts";
import { homeReplicas } from "./replica.ts";
import type { ServerConfig } from "./server.ts";
import type { ServerCapacity } from "./tool.ts";
import { transportProfile } from "./transport-profile.ts";
import type { Resources } from "./workflow.ts";

/** Calls that each replica of a server may have at once; nothing need be known of the server. */
export function callsPerReplica(server: ServerConfig | undefined): number {
  if (server !== undefined && !transportProfile(server).parallelOperations) return 1;
  return server?.maxConcurrentCalls ?? DEFAULT_LIMITS.callsPerReplica;
}

/** How much a server can do at once, as its configuration says; of what it has elsewhere, nothing. What one of its replicas does not name has no limit. */
export function serverCapacity(server: ServerConfig): ServerCapacity {
  const replicas = homeReplicas(server);
  const declared = replicas.map(({ resources = {} }) => resources);
  return {
    calls: replicas.length * callsPerReplica(server),
    largest: combined(declared, Math.max),
    resources: combined(declared, (left, right) => left + right),
  };
}

function combined(all: readonly Resources[], combine: (left: number, right: number) => number): Resources {
  const [first = {}, ...others] = all;
  return others.reduce<Resources>((sum, each) => {
    const entries = Object.entries(each).flatMap(([name, amount]) => {
      const known = sum[name as keyof Resources];
      return known === undefined ? [] : [[name, combine(known, amount)] as const];
    });
    return Object.fromEntries(entries);
  }, first);
}
