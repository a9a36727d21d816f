import { isBad } from "../model/health.ts";
import type { HealthState } from "../model/health.ts";
import { connectionName, homeReplicas } from "../model/replica.ts";
import type { ReplicaConfig, ServerConfig } from "../model/server.ts";

/** A replica of a server, and how it is doing. */
export interface RankedReplica {
  readonly replica: ReplicaConfig;
  /** The name of its connection. */
  readonly connection: string;
  readonly state: HealthState;
}

/** What is known to answer comes first within a tier: asking another would only start one more process. */
const RANKS: Readonly<Record<HealthState, number>> = { healthy: 0, degraded: 1, unknown: 2, unhealthy: 3, unreachable: 4 };

/** The replicas of a server that share its state, those first that ought to be asked first: what is usable, by tier, then by health. */
export function byPreference(server: ServerConfig, stateOf: (connection: string) => HealthState): readonly RankedReplica[] {
  const replicas = homeReplicas(server).map((replica) => {
    const connection = connectionName(server, replica);
    return { replica, connection, state: stateOf(connection) };
  });
  return replicas.sort(
    (left, right) =>
      Number(isBad(left.state)) - Number(isBad(right.state)) ||
      left.replica.tier - right.replica.tier ||
      RANKS[left.state] - RANKS[right.state],
  );
}
