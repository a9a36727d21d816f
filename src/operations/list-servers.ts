import type { ListServersOutput, ServerEntry } from "../contract/list-servers.ts";
import { publicAddress } from "../model/public-address.ts";
import { replicasOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";

/** Lists what is configured; nothing is started. */
export function listServers(servers: readonly ServerConfig[]): ListServersOutput {
  return { servers: servers.map(entryOf) };
}

function entryOf(server: ServerConfig): ServerEntry {
  const { name, connection } = server;
  const replicas = replicasOf(server).map((replica) => ({
    name: replica.name,
    tier: replica.tier,
    transport: replica.connection.kind,
    target: publicAddress(replica.connection),
  }));
  const entry = { name, transport: connection.kind, target: publicAddress(connection) };
  return replicas.length === 1 ? entry : { ...entry, replicas };
}
