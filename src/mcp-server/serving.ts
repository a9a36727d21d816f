import type { IncomingMessage } from "node:http";
import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { TellChange, WantedChanges } from "./wanted-changes.ts";

/** `legacy`: with a handshake and sessions, up to revision 2025-11-25. `modern`: every request says all, from 2026-07-28 on. */
export type Era = "legacy" | "modern";

/** Whoever is connected, as far as serving is concerned. */
export interface KnownCaller {
  /** Equal for the same user of the same tenant, and for nobody else: a session answers only whoever has opened it. */
  readonly key: string;
}

/** For whom a server of the SDK is made: for a connection or a session, and in the modern era over HTTP for one request. */
export interface ServingContext<Caller extends KnownCaller> {
  readonly era: Era;
  /** Who began. What one request may do is what {@link callerOf} says of it: credentials change, and end. */
  readonly caller: Caller;
  /** Aborts when the client is gone for good, or the server closes. */
  readonly signal: AbortSignal;
  /** What the client wants to hear about; nothing where the SDK keeps that itself (modern era over HTTP). */
  readonly subscriptions?: Subscriptions;
  /** Who sent the request that a handler has been given. @throws TuttiError - whoever it was is not let in any more */
  callerOf(context: Pick<ServerContext, "http" | "mcpReq">): Promise<Caller>;
}

/** A server, ready to be put on any wire. */
export interface ServingOptions<Caller extends KnownCaller> {
  /**
   * @param credential - a token, or an API key; undefined when none was shown
   * @throws TuttiError - the caller is not let in
   */
  admit(credential: string | undefined, signal: AbortSignal): Promise<Caller>;
  /** Makes the server of one client; what the SDK offers to servers is all there. */
  create(context: ServingContext<Caller>): McpServer;
  /** Watches what a client wants to hear about, until it is disposed. */
  follow(caller: Caller, wanted: WantedChanges, tell: TellChange): Disposable;
  /** Whether a browser's page may open a WebSocket, and under which name of this machine. Default: pages of this machine. */
  readonly refuseUpgrade?: (request: IncomingMessage) => UpgradeRefusal | undefined;
  /** Is told of what went wrong here, and of nothing that a client did wrong. */
  onFault(error: unknown, where: string): void;
  readonly clock: Clock;
  /** Default: {@link SERVING_LIMITS}. */
  readonly limits?: ServingLimits;
}

/** Why a WebSocket is not opened. */
export interface UpgradeRefusal {
  /** Of HTTP. */
  readonly status: number;
  readonly reason: string;
}

/** What clients may make a server keep. */
export interface ServingLimits {
  /** Sessions over HTTP, of all clients. A new one ends the one that has been silent for longest. */
  readonly sessionsMax: number;
  /** A session in which nothing is asked, and nobody listens, ends after this. */
  readonly sessionIdleMs: Ms;
  readonly socketsMax: number;
  /** Requests of one connection or session that are answered side by side. */
  readonly requestsMax: number;
  /** Of one POST. */
  readonly bodyBytesMax: number;
  /** Of one message over WebSocket or stdio. */
  readonly messageBytesMax: number;
  /** What is kept of all sessions for clients whose stream broke. */
  readonly replayBytesMax: number;
  /** How long requests may take to be answered when the server closes. */
  readonly closingMs: Ms;
}

export const SERVING_LIMITS: ServingLimits = {
  sessionsMax: 4_096,
  sessionIdleMs: 30 * 60_000,
  socketsMax: 4_096,
  requestsMax: 256,
  bodyBytesMax: 4 * 2 ** 20,
  messageBytesMax: 10 * 2 ** 20,
  replayBytesMax: 32 * 2 ** 20,
  closingMs: 2_000,
};
