import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { CallObserver } from "./tool-caller.ts";

/** What can be found out about servers. Nothing is started before it is needed; what was lost is opened again. */
export interface Servers {
  readonly names: readonly string[];

  /**
   * The tools of a server, all pages. Kept, and listed anew after `list_changed` or when the connection is a new one.
   *
   * @throws TuttiError `server.not-found`, `server.unavailable` (with the last lines of the server's stderr)
   */
  tools(server: string, signal: AbortSignal): Promise<readonly Tool[]>;

  /**
   * Connects, and asks whether the server is there.
   *
   * @throws TuttiError as `tools`
   */
  check(server: string, signal: AbortSignal): Promise<ServerCheck>;

  /**
   * What a server has told when it was connected; connects if need be.
   *
   * @throws TuttiError as `tools`
   */
  facts(server: string, signal: AbortSignal): Promise<ServerFacts>;

  /** Tells that the tools of a server have changed. */
  onToolsChanged(listener: (server: string) => void): Disposable;
}

/**
 * The connections to all configured servers, one for each replica and named like it (`connectionName`). Disposing ends
 * every process of every server, also those that do not want to.
 */
export interface Connections extends Servers, AsyncDisposable {
  /** Sends one `tools/call`. Whatever goes wrong is a `CallOutcome`, never a rejection. */
  call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome>;

  /**
   * Adds a connection; its name must be new. Nothing is started before it is needed.
   *
   * @returns what closes the connection and forgets it, for whoever does not need it after all
   */
  add(config: ServerConfig): AsyncDisposable;
}

/** What is known of a server from its connection. */
export interface ServerFacts {
  readonly version?: string;
  /** What it announces, as it said it. */
  readonly capabilities: JsonObject;
  /** It announces that it takes and gives whole envelopes (`dev.tutti/envelope`). */
  readonly envelopes: boolean;
}

/** What goes over the wire: secrets are in, nothing of Tutti's is but `meta`. */
export interface WireCall {
  readonly server: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  /** `params._meta`: trace context, idempotency key, execution. */
  readonly meta: JsonObject;
  readonly timeoutMs: Ms;
}

/** What a server says of itself. */
export interface ServerCheck {
  readonly server: string;
  readonly title?: string;
  readonly version?: string;
  readonly protocolVersion: string;
  readonly era: "legacy" | "modern";
  readonly toolCount: number;
  /** How long connecting took, when it was connected. */
  readonly connectMs: Ms;
  /** How long it took to answer now. */
  readonly responseMs: Ms;
  /** How long its process has been running; only of processes that were started from here. */
  readonly uptimeMs?: Ms;
}
