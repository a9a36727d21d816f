/* oxlint-disable unicorn/prefer-add-event-listener -- the SDK has one handler of each kind and no event listeners */
import { type Client, type Progress, ProtocolError } from "@modelcontextprotocol/client";
import { abortable } from "../base/abortable.ts";
import { deadline } from "../base/deadline.ts";
import type { Deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { CallOutcome } from "../model/call.ts";
import type { ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { CallObserver, CallProgress } from "../ports/tool-caller.ts";
import { nobodyCanBeAsked } from "./answer-elicitation.ts";
import type { Era } from "./era.ts";
import { followTools } from "./follow-tools.ts";
import { type ListedTools, listTools } from "./list-tools.ts";
import { beginCall, type LiveCall } from "./live-call.ts";
import { notAccepted, outcomeOfError } from "./outcome-of-error.ts";
import { outcomeOfResult } from "./outcome-of-result.ts";
import { NO_TIMEOUT_MS, plainRequest } from "./plain-request.ts";
import { saysSessionLost } from "./says-session-lost.ts";
import { LINE_CHARACTERS_MAX } from "./server-log.ts";
import { serverFacts } from "./server-facts.ts";
import type { ServerTool, ServerTools } from "./server-tool.ts";
import { SessionLostError } from "./session-lost-error.ts";
import type { SessionPorts } from "./session-ports.ts";
import type { SessionState } from "./session-state.ts";
import { StartError } from "./start-error.ts";
import type { ServerTransport } from "./wire-fault.ts";

/** Calls wait for a list that has become stale, so it has not as long as the first one. */
const LISTED_WITHIN_MS: Ms = 10_000;
const CHECKED_WITHIN_MS: Ms = 10_000;

/** What a session is made of: a client that is connected. */
export interface SessionParts {
  readonly client: Client;
  readonly transport: ServerTransport;
  readonly era: Era;
  readonly listed: ListedTools;
  /** When they were asked for, by the monotonic clock. */
  readonly listedMs: Ms;
  readonly connectMs: Ms;
  /** Shared with the handlers of what the server sends. */
  readonly state: SessionState;
  /** Has the tools listed again, because they are said to have changed. */
  readonly toolsChanged: () => void;
  /** Told when the tools turn out to have changed without a word. */
  readonly onToolsChanged: () => void;
  readonly ports: SessionPorts;
  readonly onEnded: (session: Session, why: StartError) => void;
}

/** One live connection to a server, from its handshake to its end. It is never opened again. */
export class Session implements AsyncDisposable {
  readonly #parts: SessionParts;
  readonly #lifetime = new AbortController();
  #tools: ServerTools;
  /** When the list of tools must not be believed any more, as the server has said. */
  #expiresMs: Ms;
  #listing: Promise<void> | undefined;
  readonly #tasks = new TaskGroup();

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#tools = parts.listed.tools;
    this.#expiresMs = parts.listedMs + (parts.listed.ttlMs ?? Infinity);
    const { client, ports, toolsChanged } = parts;
    this.#tasks.run((signal) => followTools(client, ports.clock, toolsChanged, signal));
    client.onclose = () => this.#ended();
  }

  /** False when it has ended: what is asked of it then does not leave this process. */
  get open(): boolean {
    return !this.#lifetime.signal.aborted;
  }

  get era(): Era {
    return this.#parts.era;
  }

  /** What the server has told of itself when it was connected. */
  get facts(): ServerFacts {
    return serverFacts(this.#parts.client);
  }

  /**
   * The tools as they are now. A change while they are being listed has them listed again.
   *
   * @throws SessionLostError
   */
  async tools(signal: AbortSignal): Promise<ServerTools> {
    // A list that may not be kept at all is still fresh for whoever has waited for it.
    if (this.#parts.ports.clock.monotonicMs() >= this.#expiresMs) await abortable(this.#listed(), signal);
    while (this.#parts.state.toolsStale) await abortable(this.#listed(), signal);
    return this.#tools;
  }

  /** @throws SessionLostError - the call has then not been looked at */
  async call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    await this.#refreshTools(signal);
    if (signal.aborted) return notAccepted("cancelled", "it was cancelled before it was sent");
    if (!this.open) return notAccepted("connection", (this.#lifetime.signal.reason as Error).message);
    const { ports, state } = this.#parts;
    const tool = this.#tools.get(request.tool);
    using live = beginCall(ports.clock, signal, request.timeoutMs);
    state.calls.add(live);
    observer.stage("sent");
    try {
      const result = await this.#send(request, observer, tool, live.signal);
      return explained(outcomeOfResult(result, { tool, sent: request.meta, note: this.#note }), live);
    } catch (error) {
      if (live.timedOut) return unanswered("timeout", `no answer within ${request.timeoutMs} ms; the server was told to stop`);
      if (signal.aborted) return unanswered("cancelled", "it was cancelled after it had been sent; the server was told to stop");
      if (this.#isLostBy(error)) throw new SessionLostError(error);
      const ending = this.#parts.transport.ending;
      return explained(outcomeOfError(error, { toolListed: tool !== undefined, ending }), live);
    } finally {
      state.calls.delete(live);
    }
  }

  /**
   * Asks whether the server is there.
   *
   * @throws SessionLostError
   */
  async check(signal: AbortSignal): Promise<ServerCheck> {
    const { client, era, ports, connectMs } = this.#parts;
    using limit = deadline(ports.clock, signal, CHECKED_WITHIN_MS, () => new Error(`no answer within ${CHECKED_WITHIN_MS} ms`));
    const options = { signal: limit.signal, timeout: NO_TIMEOUT_MS };
    const askedMs = ports.clock.monotonicMs();
    await this.#noticing<unknown>(era === "modern" ? client.discover(options) : anyAnswer(client.ping(options)), limit);
    const responseMs = Math.round(ports.clock.monotonicMs() - askedMs);
    const about = client.getServerVersion();
    return {
      server: ports.server,
      ...(about === undefined ? {} : { title: about.title ?? about.name, version: about.version }),
      protocolVersion: client.getNegotiatedProtocolVersion() ?? "unknown",
      era,
      toolCount: (await this.tools(limit.signal)).size,
      connectMs,
      responseMs,
    };
  }

  /** Calls in flight fail; resolves when nothing of the connection is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#lifetime.abort(new Error("the connection was closed"));
    await this.#tasks[Symbol.asyncDispose]();
    await this.#parts.client.close();
    await this.#parts.transport.close();
  }

  #send(request: WireCall, observer: CallObserver, tool: ServerTool | undefined, signal: AbortSignal): Promise<unknown> {
    const { client, era } = this.#parts;
    const params = { name: request.tool, arguments: request.arguments, _meta: request.meta };
    const onprogress = (progress: Progress): void => observer.progress(readProgress(progress));
    if (era === "modern" && tool?.withHeaders !== undefined) {
      return client.callTool(params, { signal, timeout: NO_TIMEOUT_MS, onprogress, toolDefinition: tool.withHeaders });
    }
    return plainRequest(client, { method: "tools/call", params }, { signal, onprogress });
  }

  /** Writes down what is strange about the server and does no harm. */
  readonly #note = (text: string): void => {
    const { ports } = this.#parts;
    ports.log.write({ server: ports.server, source: "connection", text: text.slice(0, LINE_CHARACTERS_MAX) });
  };

  #ended(): void {
    if (!this.open) return;
    const { ending } = this.#parts.transport;
    const why = new StartError(`the connection was lost: ${ending?.message ?? "it was closed"}`, {
      stderr: this.#parts.transport.stderr(),
    });
    this.#lifetime.abort(why);
    this.#parts.onEnded(this, why);
  }

  #listed(): Promise<void> {
    this.#listing ??= this.#list();
    return this.#listing;
  }

  async #list(): Promise<void> {
    const { client, ports, onToolsChanged } = this.#parts;
    const listedMs = ports.clock.monotonicMs();
    const told = this.#parts.state.toolsStale;
    using limit = deadline(ports.clock, this.#lifetime.signal, LISTED_WITHIN_MS, () => new Error("the list of tools took too long"));
    this.#parts.state.toolsStale = false;
    try {
      const before = this.#tools;
      const { tools, ttlMs = Infinity } = await this.#noticing(listTools(client, limit.signal, this.#note), limit);
      this.#tools = tools;
      this.#expiresMs = listedMs + ttlMs;
      if (!told && !sameTools(before, tools)) onToolsChanged();
    } catch (error) {
      this.#parts.state.toolsStale = true;
      throw error;
    } finally {
      this.#listing = undefined;
    }
  }

  /**
   * A call does with the tools that are known when they cannot be listed again. It does not ask how old they are: servers
   * whose lists may not be kept at all, which is the default of the SDK, would be asked twice for everything.
   */
  async #refreshTools(signal: AbortSignal): Promise<void> {
    if (!this.#parts.state.toolsStale) return;
    try {
      await this.tools(signal);
    } catch (error) {
      if (error instanceof SessionLostError) throw error;
    }
  }

  /** Tells apart that the session is lost, that nobody is there any more, and that somebody is who does not answer well. */
  async #noticing<T>(work: Promise<T>, limit: Deadline): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (limit.expired) throw limit.signal.reason;
      if (this.#isLostBy(error)) throw new SessionLostError(error);
      const outcome = outcomeOfError(error, { toolListed: false, ending: this.#parts.transport.ending });
      const gone = outcome.kind !== "succeeded" && outcome.error.kind === "connection";
      throw gone ? new StartError(outcome.error.message, { stderr: this.#parts.transport.stderr(), cause: error }) : error;
    }
  }

  #isLostBy(error: unknown): boolean {
    const { era, transport } = this.#parts;
    return saysSessionLost(error, { modern: era === "modern", session: transport.sessionId !== undefined });
  }
}

function sameTools(before: ServerTools, after: ServerTools): boolean {
  const textOf = (tools: ServerTools): string => JSON.stringify(Array.from(tools.values(), ({ tool }) => tool));
  return before.size === after.size && textOf(before) === textOf(after);
}

/** A server that does not know the method is there all the same. */
async function anyAnswer(ping: Promise<unknown>): Promise<unknown> {
  try {
    return await ping;
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
}

function readProgress({ progress, total, message }: Progress): CallProgress {
  return { progress, ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) };
}

function unanswered(kind: "timeout" | "cancelled", message: string): CallOutcome {
  return { kind: "unknown", error: { kind, message } };
}

/**
 * A failure of a call whose server wanted to ask somebody says so: the server's own words seldom do. It is neither a fault
 * nor a no, and programs find the question in the form that MCP has for it.
 */
function explained(outcome: CallOutcome, live: LiveCall): CallOutcome {
  if (outcome.kind !== "failed" || live.unanswered === undefined) return outcome;
  const asked = nobodyCanBeAsked(live.unanswered);
  const { message: said, detail } = outcome.error;
  const message = said.includes(asked) ? asked : `${asked}; it then said: ${said}`;
  const question = { method: "elicitation/create", params: { message: live.unanswered } };
  const asking = { resultType: "input_required", inputRequests: { question }, ...(detail === undefined ? {} : { said: detail }) };
  return { ...outcome, error: { ...outcome.error, kind: "tool_error", message, detail: asking } };
}
