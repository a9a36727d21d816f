import type { ServerConfig } from "../model/server.ts";
import type { Connections } from "../ports/connections.ts";
import type { NextStage } from "./call-stage.ts";
import { wireMeta } from "./wire-meta.ts";

/** The end of the path: hands the call to the connection of its server. */
export function sendToServer(connections: Connections, servers: ReadonlyMap<string, ServerConfig>): NextStage {
  return async ({ request, meta, gate, signal }) => {
    const { server, tool, input, timeoutMs } = request;
    const config = servers.get(server);
    const envelopes = config?.context !== "none" && (await takesEnvelopes(connections, server, signal));
    const beside = wireMeta(request, meta, { ...config, envelopes });
    return await connections.call({ server, tool, arguments: input, meta: beside, timeoutMs }, gate, signal);
  };
}

/** A server that cannot be asked cannot be called either, and the call then says why. */
async function takesEnvelopes(connections: Connections, server: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await connections.facts(server, signal)).envelopes;
  } catch {
    return false;
  }
}
