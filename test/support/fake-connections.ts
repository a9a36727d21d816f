import type { CallOutcome } from "../../src/model/call.ts";
import { TuttiError } from "../../src/model/errors.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import type { Tool } from "../../src/model/tool.ts";
import type { Connections, ServerCheck, ServerFacts, WireCall } from "../../src/ports/connections.ts";

type Answer = (call: WireCall) => CallOutcome;

/** Servers that remember what they were sent, and answer when they are told to. By default they repeat their arguments. */
export class FakeConnections implements Connections {
  readonly names: string[];
  readonly calls: WireCall[] = [];
  readonly waiting: ((outcome: CallOutcome) => void)[] = [];
  /** Is told in the middle of every call. */
  progress: string | undefined;
  /** Undefined: calls wait until a test answers them. */
  answer: Answer | undefined = (call) => ({ kind: "succeeded", output: call.arguments });
  tell: ServerFacts = { version: "1.2.3", capabilities: { tools: {} }, envelopes: false };
  /** Servers that are not there. */
  readonly away = new Set<string>();
  readonly #tools: readonly Tool[];
  readonly #listeners = new Set<(server: string) => void>();

  constructor(names: readonly string[] = ["s"], tools: readonly Tool[] = [readingTool("t")]) {
    this.names = [...names];
    this.#tools = tools;
  }

  async tools(server: string): Promise<readonly Tool[]> {
    this.#ask(server);
    return this.#tools;
  }

  async facts(server: string): Promise<ServerFacts> {
    this.#ask(server);
    return this.tell;
  }

  async call(call: WireCall, observer: Parameters<Connections["call"]>[1]): Promise<CallOutcome> {
    this.calls.push(call);
    if (this.progress !== undefined) observer.progress({ progress: 1, message: this.progress });
    if (this.answer !== undefined) return this.answer(call);
    return await new Promise<CallOutcome>((resolve) => this.waiting.push(resolve));
  }

  async check(server: string): Promise<ServerCheck> {
    this.#ask(server);
    return { server, protocolVersion: "2025-11-25", era: "legacy", toolCount: this.#tools.length, connectMs: 5, responseMs: 1 };
  }

  add({ name }: ServerConfig): AsyncDisposable {
    this.names.push(name);
    return { [Symbol.asyncDispose]: async () => void this.names.splice(this.names.indexOf(name), 1) };
  }

  onToolsChanged(listener: (server: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** As if a server had said that its tools have changed. */
  toolsChanged(server: string): void {
    for (const listener of this.#listeners) listener(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is nothing to close.
  }

  #ask(server: string): void {
    if (!this.names.includes(server)) throw new TuttiError("server.not-found", `no server has the name "${server}"`, { server });
    if (this.away.has(server)) throw new TuttiError("server.unavailable", `server "${server}" is not available`, { server });
  }
}

/** A tool that only reads, and takes any arguments. */
export function readingTool(name: string, more: Partial<Tool> = {}): Tool {
  return { name, inputSchema: { type: "object" }, annotations: { readOnlyHint: true }, ...more };
}

/** A tool that acts anew each time. */
export function actingTool(name: string): Tool {
  return { name, inputSchema: { type: "object" } };
}
