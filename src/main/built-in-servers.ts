import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import { runCheck } from "../checks/run-check.ts";
import type { CheckResult } from "../checks/run-check.ts";
import type { CallOutcome } from "../model/call.ts";
import { CHECK_SERVER, CHECK_TOOL } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { ServerConfig } from "../model/server.ts";
import type { Tool } from "../model/tool.ts";
import type { Connections, ServerCheck, ServerFacts, WireCall } from "../ports/connections.ts";
import type { CallObserver } from "../ports/tool-caller.ts";
import { hideSecretVariables } from "./hide-secret-variables.ts";

/** The servers that are in this process and that nobody configures: one that runs the programs among the checks, if there are any. */
export function builtInServers(registry: CheckRegistry): readonly ServerConfig[] {
  if (programsOf(registry).length === 0) return [];
  return [{ name: CHECK_SERVER, connection: { kind: "built-in" }, honoursIdempotencyKey: false, effects: {}, requires: {} }];
}

/** The same connections, and those to the built-in servers. */
export function withBuiltInServers(connections: Connections, registry: CheckRegistry, clock: Clock): Connections {
  return builtInServers(registry).length === 0 ? connections : new BuiltInConnections(connections, registry, clock);
}

/** Disposing ends the programs that run, before it closes the other connections. */
class BuiltInConnections implements Connections {
  readonly #others: Connections;
  readonly #registry: CheckRegistry;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  constructor(others: Connections, registry: CheckRegistry, clock: Clock) {
    this.#others = others;
    this.#registry = registry;
    this.#clock = clock;
  }

  get names(): readonly string[] {
    return [...this.#others.names, CHECK_SERVER];
  }

  async tools(server: string, signal: AbortSignal): Promise<readonly Tool[]> {
    return server === CHECK_SERVER ? [runCheckTool(this.#registry)] : await this.#others.tools(server, signal);
  }

  async check(server: string, signal: AbortSignal): Promise<ServerCheck> {
    if (server !== CHECK_SERVER) return await this.#others.check(server, signal);
    return { server, protocolVersion: "built-in", era: "modern", toolCount: 1, connectMs: 0, responseMs: 0 };
  }

  async facts(server: string, signal: AbortSignal): Promise<ServerFacts> {
    return server === CHECK_SERVER ? { capabilities: { tools: {} }, envelopes: false } : await this.#others.facts(server, signal);
  }

  async call(request: WireCall, observer: CallObserver, signal: AbortSignal): Promise<CallOutcome> {
    if (request.server !== CHECK_SERVER) return await this.#others.call(request, observer, signal);
    const running = this.#run(request, signal);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  add(config: ServerConfig): AsyncDisposable {
    return this.#others.add(config);
  }

  onToolsChanged(listener: (server: string) => void): Disposable {
    return this.#others.onToolsChanged(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("Tutti is closing"));
    await Promise.allSettled(this.#running);
    await this.#others[Symbol.asyncDispose]();
  }

  async #run({ server, tool, arguments: input, timeoutMs }: WireCall, signal: AbortSignal): Promise<CallOutcome> {
    const { check } = input;
    if (tool !== CHECK_TOOL || typeof check !== "string") {
      const message = tool === CHECK_TOOL ? '"check" must be the name of a check' : `there is no tool "${tool}" but ${CHECK_TOOL}`;
      return {
        kind: "failed",
        accepted: false,
        error: { kind: tool === CHECK_TOOL ? "input_invalid" : "not_found", message, server, tool },
      };
    }
    using limit = deadline(this.#clock, signal, timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
    using either = abortedByEither(limit.signal, this.#closing.signal);
    try {
      const ports = { clock: this.#clock, callTool: refuseTool, hide: hideSecretVariables };
      return outcomeOf(check, await runCheck(check, this.#registry, ports, either.signal));
    } catch (error) {
      if (!either.signal.aborted) throw error;
      const kind = limit.expired ? "timeout" : "cancelled";
      return { kind: "unknown", error: { kind, message: (error as Error).message, server, tool } };
    }
  }
}

/** A workflow calls the tool of a check by itself, so that it goes the way of all calls. */
async function refuseTool({ server, tool }: { readonly server: string; readonly tool: string }): Promise<CallOutcome> {
  return { kind: "failed", accepted: false, error: { kind: "input_invalid", message: `call ${server}.${tool} itself` } };
}

function outcomeOf(check: string, result: CheckResult): CallOutcome {
  const { passed, detail, durationMs, output = "", omittedBytes, exitCode } = result;
  const facts = {
    check,
    passed,
    duration_ms: durationMs,
    output,
    ...defined({ exit_code: exitCode, omitted_bytes: omittedBytes }),
  };
  if (passed) return { kind: "succeeded", output: facts };
  const message = `the check "${check}" did not pass: ${detail}`;
  return { kind: "failed", accepted: true, error: { kind: "tool_error", message, server: CHECK_SERVER, tool: CHECK_TOOL, detail: facts } };
}

function runCheckTool(registry: CheckRegistry): Tool {
  return {
    name: CHECK_TOOL,
    title: "Run a check",
    description: "Runs one of the programs that are allowed under checks in tutti.yaml; its exit code 0 means that it passed.",
    inputSchema: {
      type: "object",
      properties: { check: { type: "string", enum: programsOf(registry) }, step: { type: "string" } },
      required: ["check"],
      additionalProperties: false,
    },
    outputSchema: {
      type: "object",
      properties: {
        check: { type: "string" },
        passed: { type: "boolean" },
        duration_ms: { type: "number" },
        output: { type: "string" },
        exit_code: { type: "integer" },
        omitted_bytes: { type: "integer" },
      },
      required: ["check", "passed", "duration_ms", "output"],
    },
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  };
}

function programsOf({ checks }: CheckRegistry): readonly string[] {
  return Object.entries(checks).flatMap(([name, { kind }]) => (kind === "command" ? name : []));
}

/** Unlike `AbortSignal.any` it keeps nothing on a signal that lives as long as the process. */
function abortedByEither(first: AbortSignal, second: AbortSignal): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const followed = [first, second].map((signal) => ({ signal, follow: (): void => controller.abort(signal.reason) }));
  for (const { signal, follow } of followed) {
    if (signal.aborted) follow();
    else signal.addEventListener("abort", follow, { once: true });
  }
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const { signal, follow } of followed) signal.removeEventListener("abort", follow);
    },
  };
}
