import { abortable } from "../base/abortable.ts";
import type { Ms } from "../base/duration.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { CallOutcome } from "../model/call.ts";
import { DEFAULT_LIMITS } from "../model/default-limits.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import type { Era } from "./era.ts";
import { type Opened, reconnectDelayMs, wasStable } from "./reconnect-delay.ts";
import type { Session } from "./session.ts";
import { SessionLostError } from "./session-lost-error.ts";
import type { SessionPorts } from "./session-ports.ts";
import { StartError } from "./start-error.ts";

/** How long an era is believed for new connections: the server may be updated behind our back. */
const ERA_BELIEVED_MS: Ms = 3_600_000;

/** A person may have to look for his password first. */
const LOGGED_IN_WITHIN_MS: Ms = 600_000;

/**
 * The connection to one server, over all the sessions that it has one after the other.
 *
 * 1. There is at most one session, and whoever needs it while it is being started waits for the same start.
 * 2. A start that failed, and a session that ended soon, are followed by a pause (`reconnectDelayMs`) in which
 *    everything fails at once and says when to come back. Nothing is remembered for longer than that.
 * 3. Sessions that have ended are closed in the background; disposing waits for all of them.
 */
export class ServerConnection implements AsyncDisposable {
  readonly #config: ServerConfig;
  readonly #ports: SessionPorts;
  readonly #onToolsChanged: () => void;
  readonly #closings = new TaskGroup();
  readonly #closed = new AbortController();
  #session: Session | undefined;
  #starting: Promise<Session> | undefined;
  #startedMs = 0;
  #era: { readonly era: Era; readonly sinceMs: number } | undefined;
  #troubles = 0;
  #pause: { readonly untilMs: number; readonly why: StartError } | undefined;

  constructor(config: ServerConfig, ports: SessionPorts, onToolsChanged: () => void) {
    this.#config = config;
    this.#ports = ports;
    this.#onToolsChanged = onToolsChanged;
  }

  /** @throws TuttiError `server.unavailable` */
  async tools(signal: AbortSignal): Promise<readonly Tool[]> {
    return await this.#ask(signal, async (session) => Array.from((await session.tools(signal)).values(), ({ tool }) => tool));
  }

  /** @throws TuttiError `server.unavailable` */
  async check(signal: AbortSignal): Promise<ServerCheck> {
    const check = await this.#ask(signal, (session) => session.check(signal));
    const uptimeMs = Math.round(this.#ports.clock.monotonicMs() - this.#startedMs) + check.connectMs;
    return this.#config.connection.kind === "stdio" ? { ...check, uptimeMs } : check;
  }

  /** @throws TuttiError `server.unavailable` */
  async facts(signal: AbortSignal): Promise<ServerFacts> {
    return await this.#ask(signal, async (session) => session.facts);
  }

  async call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    try {
      return await this.#withSession(signal, (session) => session.call(request, observer, signal));
    } catch (error) {
      return notSent(error, signal);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new StartError("its connection is being closed", {}));
    const session = await this.#starting?.catch(() => undefined);
    await (session ?? this.#session)?.[Symbol.asyncDispose]();
    await this.#closings[Symbol.asyncDispose]();
  }

  async #ask<T>(signal: AbortSignal, use: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await this.#withSession(signal, use);
    } catch (error) {
      signal.throwIfAborted();
      const { server } = this.#ports;
      const message = `server "${server}" is not available: ${messageOf(error)}`;
      throw new TuttiError("server.unavailable", message, { server, ...whatIsKnown(error) }, { cause: error });
    }
  }

  /** What is refused because the server does not know the session any more is done once again in a new one. */
  async #withSession<T>(signal: AbortSignal, use: (session: Session) => Promise<T>): Promise<T> {
    for (let lost = 0; ; lost += 1) {
      const session = await this.#open(signal);
      try {
        return await use(session);
      } catch (error) {
        if (!(error instanceof SessionLostError)) throw error;
        this.#retire(session, new StartError(error.message, { cause: error }));
        if (lost > 0) throw error;
      }
    }
  }

  /** @throws StartError, or the signal's reason */
  async #open(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    if (this.#session?.open === true) return this.#session;
    if (this.#starting === undefined) this.#refuseInPause();
    this.#starting ??= this.#start();
    return await abortable(this.#starting, signal);
  }

  #startedWithinMs(): Ms {
    if (this.#ports.assistant !== undefined) return LOGGED_IN_WITHIN_MS;
    return this.#config.connectTimeoutMs ?? DEFAULT_LIMITS.connectTimeoutMs;
  }

  #refuseInPause(): void {
    const leftMs = Math.ceil((this.#pause?.untilMs ?? 0) - this.#ports.clock.monotonicMs());
    if (this.#pause === undefined || leftMs <= 0) return;
    const { message, stderr, cause, reached } = this.#pause.why;
    throw new StartError(`${message} (it is tried again in ${leftMs} ms)`, { stderr, cause, reached, retryAfterMs: leftMs });
  }

  async #start(): Promise<Session> {
    try {
      // The SDK is loaded when the first server is needed: it takes longer to load than all of Tutti.
      const { startSession } = await import("./start-session.ts");
      const session: Session = await startSession(
        {
          config: this.#config,
          knownEra: this.#knownEra(),
          timeoutMs: this.#startedWithinMs(),
          ports: this.#ports,
          onToolsChanged: this.#onToolsChanged,
          onEnded: (ended, why) => this.#retire(ended, why),
        },
        this.#closed.signal,
      );
      this.#session = session;
      this.#startedMs = this.#ports.clock.monotonicMs();
      this.#era ??= { era: session.era, sinceMs: this.#startedMs };
      return session;
    } catch (error) {
      this.#era = undefined;
      this.#trouble(error instanceof StartError ? error : new StartError(messageOf(error), { cause: error }));
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  #knownEra(): Era | undefined {
    const known = this.#era;
    if (known !== undefined && this.#ports.clock.monotonicMs() - known.sinceMs < ERA_BELIEVED_MS) return known.era;
    this.#era = undefined;
    return undefined;
  }

  /** Lets go of a session that has ended or is of no more use. */
  #retire(session: Session, why: StartError): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    if (this.#closed.signal.aborted) return;
    if (wasStable(this.#ports.clock.monotonicMs() - this.#startedMs, this.#troubles, this.#opened)) this.#troubles = 0;
    else this.#trouble(why);
    this.#closings.run(() => session[Symbol.asyncDispose]());
    this.#onToolsChanged();
  }

  get #opened(): Opened {
    return this.#config.connection.kind === "stdio" ? "process" : "network";
  }

  #trouble(why: StartError): void {
    this.#troubles += 1;
    const delayMs = Math.max(reconnectDelayMs(this.#troubles, this.#opened), why.retryAfterMs ?? 0);
    this.#pause = { untilMs: this.#ports.clock.monotonicMs() + delayMs, why };
  }
}

function whatIsKnown(error: unknown): { readonly stderr: readonly string[]; readonly reached?: true } {
  if (error instanceof StartError) return error.reached ? { stderr: error.stderr, reached: true } : { stderr: error.stderr };
  return error instanceof SessionLostError ? { stderr: [] } : { stderr: [], reached: true };
}

function notSent(error: unknown, signal: AbortSignal): CallOutcome {
  if (signal.aborted) {
    return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "it was cancelled before it was sent" } };
  }
  const { stderr, retryAfterMs } = error instanceof StartError ? error : { stderr: [], retryAfterMs: undefined };
  const message = `the server is not available: ${messageOf(error)}`;
  return {
    kind: "failed",
    accepted: false,
    error: { kind: "connection", message, ...(stderr.length === 0 ? {} : { detail: { stderr } }) },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
