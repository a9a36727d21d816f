import type { WebSocketConnection } from "../model/server.ts";
import type { Connected, ConnectPlan } from "./connected.ts";
import { connectPipe } from "./connect-pipe.ts";
import { WebSocketTransport } from "./web-socket-transport.ts";

/**
 * Reaches a server over a WebSocket and agrees with it on the protocol, usually over one socket.
 *
 * @throws StartError
 */
export async function connectWebSocket(connection: WebSocketConnection, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  return await connectPipe(() => new WebSocketTransport(connection, plan.ports), plan, signal);
}
