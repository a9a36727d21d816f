import type { ReplicaConfig, ServerConfig } from "./server.ts";

/** The name of the first replica of a server that has several, where the configuration gives it none. */
const FIRST = "1";

/** All replicas of a server, in the order of the configuration, and then those on other machines. */
export function replicasOf(server: ServerConfig): readonly ReplicaConfig[] {
  return [...localReplicas(server), ...(server.machines ?? [])];
}

/** The replicas of a server that share its state: those of this machine; where there is none, all of them. */
export function homeReplicas(server: ServerConfig): readonly ReplicaConfig[] {
  const local = localReplicas(server);
  return local.length > 0 ? local : replicasOf(server);
}

function localReplicas(server: ServerConfig): readonly ReplicaConfig[] {
  if (server.connection.kind === "machine") return [];
  const first = { name: server.replicaName ?? FIRST, connection: server.connection, tier: server.tier ?? 1 };
  return [first, ...(server.replicas ?? [])].map((replica) => {
    const resources = "resources" in replica ? replica.resources : server.resources;
    return resources === undefined ? replica : { ...replica, resources };
  });
}

/** Whose a connection is, from its name. */
export interface ConnectionOwner {
  readonly server: string;
  /** Absent when it is the only one. */
  readonly replica?: string;
}

/** The server and the replica that a connection belongs to: the inverse of {@link connectionName}. */
export function ownerOf(connection: string): ConnectionOwner {
  // No name of a server has a "#" or an "@".
  const [, server = connection, mark, replica] = /^([^#@]*)([#@])(.*)$/s.exec(connection) ?? [];
  if (replica === undefined) return { server };
  return { server, replica: mark === "@" ? machineReplicaName(replica) : replica };
}

/** The machine that a connection leads to; undefined for those of this machine. */
export function machineOf(connection: string): string | undefined {
  const place = connection.indexOf("@");
  return place === -1 ? undefined : connection.slice(place + 1);
}

/** The name of the connection to a replica: that of the server if it is the only one, `server@machine` elsewhere, else `server#replica`. */
export function connectionName(server: ServerConfig, replica: ReplicaConfig): string {
  if (replica.connection.kind === "machine") return `${server.name}@${replica.connection.machine}`;
  return (server.replicas ?? []).length === 0 ? server.name : `${server.name}#${replica.name}`;
}

/** A replica for people: `payments#eu`, `trainer@gpu-1`; the server alone where it is the only one. */
export function placeOfReplica(server: string, replica: string | undefined): string {
  if (replica === undefined || replica === "") return server;
  return replica.startsWith("@") ? `${server}${replica}` : `${server}#${replica}`;
}

/** The name of the replica on a machine: none that a configuration gives looks like it. */
export function machineReplicaName(machine: string): string {
  return `@${machine}`;
}
