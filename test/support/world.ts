import type { Clock } from "../../src/base/clock.ts";
import { sleep } from "../../src/base/clock.ts";
import { isJsonObject, type Json } from "../../src/base/json.ts";
import { type CallOutcome, type CallRequest, callId } from "../../src/model/call.ts";
import type { Catalog, Tool } from "../../src/model/tool.ts";
import type { Effect } from "../../src/model/workflow.ts";

/** One call as the world saw it. */
export interface WorldCall {
  readonly id: string;
  readonly tool: string;
  readonly key: string;
  readonly attempt: number;
  readonly input: Json;
  readonly effect: Effect;
  /** Only an answer of earlier times is wanted. */
  readonly stale: boolean;
  /** For whom it is, as the call says. */
  readonly tenant: string | undefined;
  /** Who has to answer, of several. */
  readonly replica: string | undefined;
}

/** What a tool of the test world does with a call. */
export type Behaviour = (call: WorldCall, world: World) => Answer;

export interface Answer {
  readonly outcome: CallOutcome;
  /** How long it takes before it acts. */
  readonly delayMs?: number;
}

/** What a process that lives and dies in a test can call, and that outlives it. */
export interface ToolWorld {
  /** Every call that has arrived, oldest first. */
  readonly calls: readonly unknown[];
  serves(server: string): boolean;
  call(request: CallRequest, clock: Clock, signal: AbortSignal): Promise<CallOutcome>;
}

/**
 * The world outside Tutti, for tests: servers that remember what was done to them, whatever becomes of the process
 * that asked. All tools live on the server `w`.
 */
export class World implements ToolWorld {
  readonly calls: WorldCall[] = [];
  readonly #behaviours: Readonly<Record<string, Behaviour>>;

  constructor(behaviours: Readonly<Record<string, Behaviour>>) {
    this.#behaviours = { ...STANDARD, ...behaviours };
  }

  serves(server: string): boolean {
    return server === "w";
  }

  /** The calls of one tool that arrived, oldest first. */
  of(tool: string): readonly WorldCall[] {
    return this.calls.filter((call) => call.tool === tool);
  }

  /** Acts, and gives the answer that the caller would see if it lives. */
  act(request: CallRequest): Answer {
    const call: WorldCall = {
      id: callId(request.call),
      tool: request.tool,
      key: request.idempotencyKey,
      attempt: request.attempt,
      input: request.input,
      effect: request.effect,
      stale: request.staleOnly === true,
      tenant: request.meta.tenant,
      replica: request.replica,
    };
    const behaviour = this.#behaviours[request.tool];
    if (behaviour === undefined) return { outcome: failed("not_found", `there is no tool "${request.tool}"`) };
    this.calls.push(call);
    return behaviour(call, this);
  }

  async call(request: CallRequest, clock: Clock, signal: AbortSignal): Promise<CallOutcome> {
    const { server, tool } = request;
    const { outcome, delayMs } = this.act(request);
    try {
      if (delayMs !== undefined) await sleep(clock, delayMs, signal);
    } catch {
      return { kind: "unknown", error: { kind: "cancelled", message: "aborted", server, tool } };
    }
    // As connections do.
    return outcome.kind === "succeeded" ? outcome : { ...outcome, error: { server, tool, ...outcome.error } };
  }

  /** What the planner is told of it. */
  catalog(): Catalog {
    const tools = Object.keys(this.#behaviours).map((name): Tool => ({ name, inputSchema: { type: "object" } }));
    const effects = Object.fromEntries(Object.keys(this.#behaviours).map((name) => [name, effectByName(name)]));
    return { w: { name: "w", tools, honoursIdempotencyKey: false, effects, requires: {} } };
  }
}

/** `read_*` and `find_*` read, `set_*` and `undo_*` may be repeated, everything else acts each time. */
function effectByName(name: string): Effect {
  if (/^(read|find|check)/.test(name)) return "read";
  return /^(set|undo)/.test(name) ? "idempotent" : "once";
}

export function succeeded(output: Json): CallOutcome {
  return { kind: "succeeded", output };
}

/** What a server says that knows envelopes and could do a part only. */
export function partly(output: Json, message: string): CallOutcome {
  return { kind: "succeeded", output, answer: { meta: {}, error: { type: "External", code: "PART_ONLY", message } } };
}

export function failed(kind: (CallOutcome & { kind: "failed" })["error"]["kind"], message: string, accepted = true): CallOutcome {
  return { kind: "failed", accepted, error: { kind, message } };
}

export function lost(): CallOutcome {
  return { kind: "unknown", error: { kind: "connection", message: "the connection was lost" } };
}

/** Tools that every test world has. */
const STANDARD: Readonly<Record<string, Behaviour>> = {
  read: (call) => ({ outcome: succeeded(call.input) }),
  set: (call) => ({ outcome: succeeded(call.input) }),
  undo_set: () => ({ outcome: succeeded({ undone: true }) }),
  pay: (call) => ({ outcome: succeeded({ id: call.key }) }),
  undo_pay: (call) => ({ outcome: succeeded({ refunded: call.input }) }),
  fail: () => ({ outcome: failed("tool_error", "it always says no") }),
  read_slow: (call) => ({ outcome: succeeded(call.input), delayMs: 1_000 }),
  /** Fails in a transient way twice for each call, then succeeds. */
  read_flaky: (call, world) => ({
    outcome: world.calls.filter((other) => other.key === call.key).length <= 2 ? failed("connection", "not now") : succeeded(call.input),
  }),
  /** Whether a payment with this key has arrived: the truth, for `verify`. */
  find_payment: (call, world) => {
    const wanted = (call.input as { readonly step: string }).step;
    const payment = world.of("pay").find((other) => other.id === wanted);
    return { outcome: succeeded({ found: payment !== undefined, id: payment?.key ?? null }) };
  },
};

/** The argument `n` of a call; 0 when it has none. */
export function numberIn({ input }: WorldCall): number {
  const n = isJsonObject(input) ? input["n"] : undefined;
  return typeof n === "number" ? n : 0;
}
