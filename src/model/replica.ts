import type { ReplicaConfig, ServerConfig } from "./server.ts";

/** The name of the first replica of a server that has several, where the configuration gives it none. */
const FIRST = "1";

/** All replicas of a server, in the order of the configuration. */
export function replicasOf(server: ServerConfig): readonly ReplicaConfig[] {
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
  // Neither names of servers nor names of replicas have a "#".
  const [server = connection, replica] = connection.split("#", 2);
  return replica === undefined ? { server } : { server, replica };
}

/** The name of the connection to a replica: that of the server if it is the only one, else `server#replica`. */
export function connectionName(server: ServerConfig, replica: ReplicaConfig): string {
  return (server.replicas ?? []).length === 0 ? server.name : `${server.name}#${replica.name}`;
}
