import { deadline } from "../base/deadline.ts";
import { humanDuration, type Ms } from "../base/duration.ts";
import { insecureReason } from "../model/local-address.ts";
import type { ServerConfig } from "../model/server.ts";
import { connectStdio } from "./connect-stdio.ts";
import type { Connected, ConnectPlan } from "./connected.ts";
import { createClient } from "./create-client.ts";
import type { Era } from "./era.ts";
import { listTools } from "./list-tools.ts";
import { Session } from "./session.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { SessionState } from "./session-state.ts";
import { StartError } from "./start-error.ts";

/** What is needed to open a connection. */
export interface SessionStart {
  readonly config: ServerConfig;
  /** The era, when it is known from before; else the server is asked. */
  readonly knownEra: Era | undefined;
  /** For starting, connecting and listing together. */
  readonly timeoutMs: Ms;
  readonly ports: SessionPorts;
  readonly onToolsChanged: () => void;
  /** The session has ended without having been closed from this side. */
  readonly onEnded: (session: Session, why: StartError) => void;
}

/**
 * Starts a server or reaches it, agrees on the protocol and lists its tools. When it rejects, nothing of it is left.
 *
 * @throws StartError
 */
export async function startSession(start: SessionStart, signal: AbortSignal): Promise<Session> {
  const { config, ports, timeoutMs } = start;
  const startedMs = ports.clock.monotonicMs();
  using limit = deadline(ports.clock, signal, timeoutMs, () => new Error(`it was not ready within ${humanDuration(timeoutMs)}`));
  const state: SessionState = { calls: new Set(), toolsStale: false };
  const toolsChanged = (): void => {
    if (state.toolsStale) return;
    state.toolsStale = true;
    start.onToolsChanged();
  };
  const plan: ConnectPlan = {
    ports,
    createClient: () => createClient(ports, state.calls, toolsChanged),
    fixedEra: config.protocolEra,
    knownEra: start.knownEra,
    timeoutMs,
  };
  const connected = await connect(config, plan, limit.signal);
  const { client, transport } = connected;
  try {
    const note = (text: string): void => ports.log.write({ server: ports.server, source: "connection", text });
    const listedMs = ports.clock.monotonicMs();
    const listed = await listTools(client, limit.signal, note);
    const connectMs = Math.round(ports.clock.monotonicMs() - startedMs);
    const { onToolsChanged, onEnded } = start;
    return new Session({ ...connected, listed, listedMs, connectMs, state, ports, toolsChanged, onToolsChanged, onEnded });
  } catch (error) {
    const reason = limit.signal.aborted ? (limit.signal.reason as Error) : (error as Error);
    const message = transport.ending?.message ?? `its tools could not be listed: ${reason.message}`;
    const startError = new StartError(message, { stderr: transport.stderr(), cause: error });
    await client.close();
    await transport.close();
    throw startError;
  }
}

async function connect(config: ServerConfig, plan: ConnectPlan, signal: AbortSignal): Promise<Connected> {
  const { connection } = config;
  const insecure = insecureReason(connection);
  if (insecure !== undefined) throw new StartError(insecure, {});
  switch (connection.kind) {
    case "stdio":
      return await connectStdio(connection, plan, signal);
    case "http": {
      // Loaded only here: what speaks HTTP is a quarter of all code, and most servers are child processes.
      const { connectHttp } = await import("./connect-http.ts");
      return await connectHttp(connection, plan, signal);
    }
    case "websocket": {
      const { connectWebSocket } = await import("./connect-web-socket.ts");
      return await connectWebSocket(connection, plan, signal);
    }
    case "built-in":
      throw new StartError("a built-in server is not started", {});
    case "machine":
      // Whoever brings machines and servers together sends what is for a machine another way.
      throw new StartError("a server of another machine is reached over the cluster", {});
  }
}
