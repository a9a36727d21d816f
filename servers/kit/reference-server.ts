import { defineEnvelopeTool, type EnvelopeTool, type HealthAnswer, type Json, type RunningCall, ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "./define-tool.ts";
import type { KeyedCall, State } from "./state/state.ts";

/** One of the reference servers, before it is put on a wire. */
export interface ServerPlan {
  readonly name: string;
  /** For language models: what it is for. */
  readonly instructions: string;
  readonly state: State;
  readonly tools: readonly ToolPlan[];
  /** How it is, for `get_server_status` and `/health`. Default: healthy, without facts. */
  readonly status?: () => ServerStatus | Promise<ServerStatus>;
}

export interface ServerStatus {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** Why it is not healthy, and whatever is good to know. */
  readonly facts: { readonly [fact: string]: Json };
}

export interface ReferenceServer {
  readonly name: string;
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly EnvelopeTool[];
  readonly health: () => Promise<HealthAnswer>;
}

/** All of them are versioned together. */
const VERSION = "0.1.0";

/** For callers that send no envelope, as most MCP clients do. */
const DEFAULT_TENANT = "default";

/** Makes tools that take envelopes of plans of tools: whose they are, what was done before, and how the server is. */
export function referenceServer(plan: ServerPlan): ReferenceServer {
  const startedMs = Date.now();
  const calls = { total: 0, failed: 0, in_flight: 0 };
  const tools = [...plan.tools, statusTool(async () => await status())];
  const common = (): object => ({ server: plan.name, version: VERSION, uptime_seconds: (Date.now() - startedMs) / 1_000 });
  const own = async (): Promise<ServerStatus> => (await plan.status?.()) ?? { status: "healthy", facts: {} };
  const status = async (): Promise<object> => {
    const { status: state, facts } = await own();
    const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
    // This very call is one of those in flight.
    const now = { ...calls, in_flight: calls.in_flight - 1 };
    return { ...common(), status: state, tools: tools.map(({ name }) => name), calls: now, memory_mb: memory, facts };
  };
  const counted = async (work: () => Promise<object>): Promise<object> => {
    calls.total += 1;
    calls.in_flight += 1;
    try {
      return await work();
    } catch (error) {
      calls.failed += 1;
      throw error;
    } finally {
      calls.in_flight -= 1;
    }
  };
  const underWay = new Map<string, Promise<object>>();
  return {
    name: plan.name,
    version: VERSION,
    instructions: plan.instructions,
    tools: tools.map((tool) =>
      envelopeTool(tool, async (parameters, call) => {
        return await counted(async () => await answer({ tool, parameters, call, state: plan.state, underWay }));
      }),
    ),
    health: async () => ({ ...common(), ...(await own()) }),
  };
}

type Answering = (parameters: Json, call: Omit<ToolScope, "once">) => Promise<object>;

function envelopeTool(tool: ToolPlan, answering: Answering): EnvelopeTool {
  const reads = tool.effect === "reads";
  return defineEnvelopeTool({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: tool.input,
    outputSchema: tool.output,
    annotations: {
      title: tool.title,
      readOnlyHint: reads,
      destructiveHint: !reads && tool.destructive,
      idempotentHint: tool.effect !== "changes",
      openWorldHint: tool.openWorld,
    },
    execute: async ({ meta, data }, call) => {
      const traceId = meta.tracing?.traceId;
      const user = meta.security?.userId;
      return await answering(data.parameters as Json, {
        tenant: meta.tenant ?? DEFAULT_TENANT,
        now: new Date(),
        ...running(call),
        ...(traceId === undefined ? {} : { traceId }),
        ...(user === undefined ? {} : { user }),
      });
    },
  });
}

function running({ signal, progress, idempotencyKey }: RunningCall): Pick<ToolScope, "signal" | "progress" | "key"> {
  return { signal, progress, ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }) };
}

interface Asked {
  readonly tool: ToolPlan;
  readonly parameters: Json;
  readonly call: Omit<ToolScope, "once">;
  readonly state: State;
  /** Calls with a key that have not ended, by their keys. */
  readonly underWay: Map<string, Promise<object>>;
}

async function answer(asked: Asked): Promise<object> {
  const { tool, parameters, call, underWay } = asked;
  const { key } = call;
  if (tool.effect === "reads" || !tool.keepsAnswer || key === undefined) {
    return (await tool.run(parameters, { ...call, once: freely(asked) })) as object;
  }
  // One after the other, and each finds out for itself: who comes later may have other arguments, and who came first may fail.
  for (let before = underWay.get(key); before !== undefined; before = underWay.get(key)) await before.catch(() => undefined);
  const mine = answerOnce(asked, { key, arguments: parameters });
  underWay.set(key, mine);
  try {
    return await mine;
  } finally {
    underWay.delete(key);
  }
}

async function answerOnce({ tool, parameters, call, state }: Asked, keyed: KeyedCall): Promise<object> {
  const known = state.known(keyed);
  if (known !== undefined) return (tool.again === undefined ? known : await tool.again(known, parameters, call)) as object;
  let remembered = false;
  const once = <Answer>(work: () => Answer): Answer =>
    state.transaction(() => {
      // Another process on the same file may have been faster.
      const meanwhile = state.known(keyed);
      remembered = true;
      if (meanwhile !== undefined) return meanwhile as Answer;
      const answered = work();
      state.remember(keyed, answered as Json);
      return answered;
    });
  const answered = (await tool.run(parameters, { ...call, once })) as object;
  return remembered ? answered : once(() => answered);
}

/** Nothing can be remembered of a call without a key, but it is done wholly or not at all. */
function freely({ state }: Asked): ToolScope["once"] {
  return (work) => state.transaction(work);
}

function statusTool(status: () => Promise<object>): ToolPlan {
  return defineTool({
    name: "get_server_status",
    title: "How the server is",
    description: "Tells how this server is: its version, how long it has run, how many calls it has had, and what matters to it.",
    effect: "reads",
    input: z.strictObject({}),
    output: z.object({
      server: z.string(),
      version: z.string(),
      status: z.enum(["healthy", "degraded", "unhealthy"]),
      uptime_seconds: z.number(),
      tools: z.array(z.string()),
      calls: z.object({ total: z.int(), failed: z.int(), in_flight: z.int() }),
      memory_mb: z.number(),
      facts: z.record(z.string(), z.json()),
    }),
    run: async () => (await status()) as never,
  });
}

/** A refusal of what was asked, which trying again does not mend. */
export function refuse(message: string, details?: Json): ToolError {
  return new ToolError(message, { type: "Validation", ...(details === undefined ? {} : { details }) });
}
