import type { StdioConnection } from "../model/server.ts";
import type { Connected, ConnectPlan } from "./connected.ts";
import { connectPipe } from "./connect-pipe.ts";
import { StdioTransport } from "./stdio-transport.ts";

/**
 * Starts a server as a child process and agrees with it on the protocol, with one child where the server allows it.
 *
 * @throws StartError
 */
export async function connectStdio(connection: StdioConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  return await connectPipe(() => new StdioTransport(connection, plan.ports), plan, signal);
}
