import type { ListServersOutput, ServerEntry } from "../contract/list-servers.ts";
import { publicAddress } from "../model/public-address.ts";
import type { ServerConfig } from "../model/server.ts";

/** Lists what is configured; nothing is started. */
export function listServers(servers: readonly ServerConfig[]): ListServersOutput {
  return { servers: servers.map(entryOf) };
}

function entryOf({ name, connection }: ServerConfig): ServerEntry {
  return { name, transport: connection.kind, target: publicAddress(connection) };
}
