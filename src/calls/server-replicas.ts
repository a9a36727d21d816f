import { connectionName, replicasOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Resources } from "../model/workflow.ts";

/** One replica of a server, as those see it who choose between them. */
export interface ServerReplica {
  readonly connection: string;
  readonly name: string;
  readonly tier: number;
  /** Whether all calls to it share one connection. */
  readonly isShared: boolean;
  /** How much it has, of what its owner says anything about. */
  readonly resources: Resources;
  /** Where it is, if that is another machine. */
  readonly machine?: string;
}

/** The replicas of a server; one alone where nothing is configured. Made once for each configuration. */
export function serverReplicas(server: string, config: ServerConfig | undefined): readonly ServerReplica[] {
  if (config === undefined) return [{ connection: server, name: "1", tier: 1, isShared: true, resources: {} }];
  const kept = MADE.get(config);
  if (kept !== undefined) return kept;
  const made = replicasOf(config).map((replica) => ({
    connection: connectionName(config, replica),
    name: replica.name,
    tier: replica.tier,
    isShared: replica.connection.kind !== "http",
    resources: replica.resources ?? {},
    ...(replica.connection.kind === "machine" ? { machine: replica.connection.machine } : {}),
  }));
  MADE.set(config, made);
  return made;
}

const MADE = new WeakMap<ServerConfig, readonly ServerReplica[]>();
