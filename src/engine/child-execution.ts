import type { JsonObject } from "../base/json.ts";
import { type CallError, callId, type CallOutcome } from "../model/call.ts";
import type { ExecutionReport } from "../model/execution.ts";
import type { Plan } from "../model/plan.ts";
import type { InputSpec } from "../model/workflow.ts";
import type { Journal } from "../ports/journal.ts";
import type { Effect } from "./decision.ts";
import type { ExecutionLoop } from "./execution-loop.ts";
import type { StartRequest } from "./start-request.ts";

/** What a child execution needs of the supervisor. */
export interface ChildHost {
  start(request: StartRequest): Promise<unknown>;
  resume(executionId: string): Promise<void>;
  /** Undefined when it stopped being driven before its end. */
  ended(executionId: string, signal: AbortSignal): Promise<ExecutionReport | undefined>;
}

/** Starts the child execution of a step, or finds it, and posts its end to the loop of its parent. */
export async function startChild(
  host: ChildHost,
  journal: Journal,
  use: { readonly loop: ExecutionLoop; readonly child: Effect & { type: "child" } },
  signal: AbortSignal,
): Promise<void> {
  const { loop, child } = use;
  const attempt = loop.state.calls.get(callId(child.call))?.attempt ?? 1;
  const plan = childPlan(loop.state.plan, child.workflow);
  const inputs = plan === undefined ? undefined : withDefaults(plan.workflow.inputs, child.inputs);
  const missing = Object.keys(plan?.workflow.inputs ?? {}).filter((name) => inputs !== undefined && !(name in inputs));
  if (plan === undefined || inputs === undefined)
    return loop.post(child.call, attempt, refused(`there is no workflow "${child.workflow}"`));
  if (missing.length > 0) return loop.post(child.call, attempt, refused(`workflow "${child.workflow}" needs ${missing.join(", ")}`));
  if ((await journal.summary(child.childId)) === undefined) {
    const parent = { executionId: loop.state.executionId, call: child.call };
    const timeout = child.timeoutMs === undefined ? {} : { timeoutMs: child.timeoutMs };
    await host.start({ plan, inputs, executionId: child.childId, parent, meta: loop.state.meta, ...timeout });
  } else await host.resume(child.childId);
  const report = await host.ended(child.childId, signal);
  // Without an end Tutti is closing: the parent is interrupted too, and finds the child again.
  if (report !== undefined) loop.post(child.call, attempt, outcomeOfChild(report));
}

const derived = new WeakMap<Plan, Map<string, Plan>>();

/** The plan of a child, with what its own children need. One object for each, because its hash is kept by object. */
function childPlan(parent: Plan, workflow: string): Plan | undefined {
  const own = parent.children[workflow];
  if (own === undefined) return undefined;
  const plans = derived.get(parent) ?? new Map<string, Plan>();
  derived.set(parent, plans);
  const plan = plans.get(workflow) ?? { ...own, children: parent.children };
  plans.set(workflow, plan);
  return plan;
}

function withDefaults(specs: Readonly<Record<string, InputSpec>>, given: JsonObject): JsonObject {
  const defaults = Object.entries(specs).flatMap(([name, spec]) => ("default" in spec ? [[name, spec["default"] ?? null] as const] : []));
  return { ...Object.fromEntries(defaults), ...given };
}

function refused(message: string): CallOutcome {
  return { kind: "failed", accepted: false, error: { kind: "input_invalid", message } };
}

function outcomeOfChild(report: ExecutionReport): CallOutcome {
  const { outcome, output } = report;
  if (outcome === "completed") return { kind: "succeeded", output };
  if (outcome === "partial_success") return { kind: "succeeded", output, missing: errorOfChild(report) };
  return { kind: "failed", accepted: true, error: errorOfChild(report) };
}

function errorOfChild({ executionId, workflowId, outcome, error, steps }: ExecutionReport): CallError {
  const cause = error ?? steps.find((step) => step.error !== undefined)?.error;
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return {
    kind: outcome === "cancelled" ? "cancelled" : "child",
    message: `workflow "${workflowId}" ended ${outcome ?? "without an outcome"}${why}`,
    detail: { execution_id: executionId, outcome: outcome ?? null },
  };
}
