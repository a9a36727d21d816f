import type { ServerLog } from "../mcp-client/server-log.ts";
import { ownerOf } from "../model/replica.ts";
import type { Log } from "../ports/log.ts";

/** Writes down what servers write beside the protocol: at `warn` what is strange, at `info` all the rest. */
export function serverLog(log: Log): ServerLog {
  return {
    write({ server: connection, source, text }) {
      const level = source === "stdout" || source === "connection" ? "warn" : "info";
      if (log.enabled(level)) log.write(level, text, { ...ownerOf(connection), source });
    },
  };
}
