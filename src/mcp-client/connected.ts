import type { Client } from "@modelcontextprotocol/client";
import type { Ms } from "../base/duration.ts";
import type { Era } from "./era.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { ServerTransport } from "./wire-fault.ts";

/** A client that has agreed with a server on the protocol. */
export interface Connected {
  readonly client: Client;
  readonly transport: ServerTransport;
  readonly era: Era;
}

/** How a connection is to be made. */
export interface ConnectPlan {
  readonly ports: SessionPorts;
  readonly createClient: () => Client;
  /** What the configuration says, and then nothing else is tried. */
  readonly fixedEra: Era | undefined;
  /** What is known from before; else the server is asked. */
  readonly knownEra: Era | undefined;
  /** For all that the signal bounds. */
  readonly timeoutMs: Ms;
}
