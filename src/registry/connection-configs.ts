import { connectionName, replicasOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";

/** The connections of a server, one for each replica of this machine. Each is configured like the server, but for what is its own. */
export function connectionConfigs(server: ServerConfig): readonly ServerConfig[] {
  return replicasOf(server).flatMap((replica) =>
    replica.connection.kind === "machine" ? [] : { ...server, name: connectionName(server, replica), connection: replica.connection },
  );
}
