import { defined } from "../base/defined.ts";
import type { CallError, CallRequest } from "../model/call.ts";
import { ownerOf } from "../model/replica.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Connections } from "../ports/connections.ts";
import type { NextStage } from "./call-stage.ts";
import { wireMeta } from "./wire-meta.ts";

/** The words of the connection, about the server that the caller knows. */
function ofReplica(error: CallError, { server }: CallRequest, connection: string): CallError {
  return { ...error, server, ...defined({ replica: ownerOf(connection).replica }) };
}

/** The end of the path: hands the call to the connection of its server. */
export function sendToServer(connections: Connections, servers: ReadonlyMap<string, ServerConfig>): NextStage {
  const known = new Map<string, boolean>();
  let changes = 0;
  // A server that was started anew may be another one. Lives as long as the connections do.
  connections.onToolsChanged((server) => {
    known.delete(server);
    changes += 1;
  });
  return async ({ request, meta, gate, signal, record, connection = request.server }) => {
    const { server, tool, input, timeoutMs } = request;
    const config = servers.get(server);
    const envelopes =
      config?.context !== "none" && (known.get(connection) ?? (await record.atServer(() => takesEnvelopes(connection, signal))));
    const beside = wireMeta(request, meta, { config, envelopes });
    const call = { server: connection, tool, arguments: input, meta: beside, timeoutMs };
    const outcome = await record.atServer(() => connections.call(call, gate, signal));
    return connection === server || outcome.kind === "succeeded"
      ? outcome
      : { ...outcome, error: ofReplica(outcome.error, request, connection) };
  };

  /** A server that cannot be asked cannot be called either, and the call then says why. */
  async function takesEnvelopes(server: string, signal: AbortSignal): Promise<boolean> {
    const before = changes;
    try {
      const { envelopes } = await connections.facts(server, signal);
      if (changes === before) known.set(server, envelopes);
      return envelopes;
    } catch {
      return false;
    }
  }
}
