import { defined } from "../base/defined.ts";
import { isTuttiError } from "../model/errors.ts";
import { healthOfServer } from "../model/health.ts";
import type { HealthState } from "../model/health.ts";
import { publicAddress } from "../model/public-address.ts";
import { connectionName, homeReplicas, replicasOf } from "../model/replica.ts";
import { serverCapacity } from "../model/server-capacity.ts";
import type { ReplicaAnswer, ReplicaRecord, ReplicaSilence, ServerLoad, ServerRecord } from "../model/server-record.ts";
import { triedReplica } from "../model/server-unavailable.ts";
import type { ReplicaConfig, ServerConfig } from "../model/server.ts";
import type { Connections, ServerCheck } from "../ports/connections.ts";

export interface InspectPorts {
  readonly connections: Pick<Connections, "tools" | "facts">;
  readonly health: {
    check(connection: string, signal: AbortSignal): Promise<ServerCheck>;
    stateOf(connection: string): HealthState;
  };
  /** How much of a server is in use; undefined where nobody counts. */
  readonly loadOf?: (server: string) => ServerLoad | undefined;
}

/** Asks all replicas of a server, side by side, and the first of those that answer for its tools. */
export async function inspectServer(server: ServerConfig, ports: InspectPorts, signal: AbortSignal): Promise<ServerRecord> {
  const replicas = await Promise.all(replicasOf(server).map((replica) => inspectReplica(server, replica, ports, signal)));
  const answers = replicas.map(({ answer }) => answer).filter((answer) => answer.kind === "answered");
  const responseMs = answers.length === 0 ? undefined : Math.min(...answers.map((answer) => answer.responseMs));
  return {
    serverId: server.name,
    ...(await firstTold(server, replicas, ports, signal)),
    health: { status: healthOfServer(replicas.map(({ status }) => status)), ...defined({ responseMs }) },
    limits: { ...serverCapacity(server), ...defined({ rates: server.rateLimits }) },
    ...defined({ load: ports.loadOf?.(server.name) }),
    replicas,
  };
}

async function inspectReplica(
  server: ServerConfig,
  replica: ReplicaConfig,
  { health }: InspectPorts,
  signal: AbortSignal,
): Promise<ReplicaRecord> {
  const connection = connectionName(server, replica);
  const answer = await asked(replica.name, health.check(connection, signal));
  return {
    name: replica.name,
    connection,
    tier: replica.tier,
    transport: replica.connection.kind,
    address: publicAddress(replica.connection),
    status: health.stateOf(connection),
    answer,
  };
}

async function asked(replica: string, checking: Promise<ServerCheck>): Promise<ReplicaAnswer | ReplicaSilence> {
  try {
    const { server: _, ...said } = await checking;
    return { kind: "answered", ...said };
  } catch (error) {
    if (!isTuttiError(error, "server.unavailable")) throw error;
    const { reason, stderr } = triedReplica(replica, error);
    return { kind: "silent", reason, stderr };
  }
}

/** What the best replica tells; it may have gone since it answered, and then the next is asked. */
async function firstTold(
  server: ServerConfig,
  replicas: readonly ReplicaRecord[],
  { connections }: InspectPorts,
  signal: AbortSignal,
): Promise<Pick<ServerRecord, "tools" | "capabilities">> {
  const home = new Set(homeReplicas(server).map(({ name }) => name));
  const answering = replicasOf(server).filter(({ name }, place) => home.has(name) && replicas[place]?.answer.kind === "answered");
  for (const replica of answering.sort((left, right) => left.tier - right.tier)) {
    const connection = connectionName(server, replica);
    try {
      const [tools, { capabilities }] = await Promise.all([connections.tools(connection, signal), connections.facts(connection, signal)]);
      return { tools, capabilities };
    } catch (error) {
      if (!isTuttiError(error, "server.unavailable")) throw error;
    }
  }
  return { tools: [], capabilities: {} };
}
