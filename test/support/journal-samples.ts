import { createHash } from "node:crypto";
import { type Json, canonicalJson } from "../../src/base/json.ts";
import type { ParentCall } from "../../src/model/call.ts";
import type { EventBody, ExecutionEvent } from "../../src/model/event.ts";
import type { Outcome } from "../../src/model/execution.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { NewExecution } from "../../src/ports/journal.ts";

interface StartOptions {
  readonly workflowId?: string;
  readonly requestKey?: string;
  readonly atMs?: number;
  readonly parentId?: string;
  readonly plan?: Plan;
  readonly tenant?: string;
}

/** A plan of nothing, which says what it is for. */
export function samplePlan(name: string): Plan {
  return {
    workflow: { id: name, inputs: {}, errorPolicy: { mode: "fail_fast" }, steps: [], finally: [] },
    nodes: [],
    children: {},
    criticalPath: [],
    estimateMs: 0,
    parallelPaths: 0,
    resources: {},
    warnings: [],
  };
}

/** The hash under which a journal keeps a plan. */
export function samplePlanHash(plan: Plan): string {
  return createHash("sha256")
    .update(canonicalJson(JSON.parse(JSON.stringify(plan)) as Json))
    .digest("hex");
}

/** The start of an execution that does nothing. */
export function sampleStart(executionId: string, options: StartOptions = {}): NewExecution {
  const { workflowId = "greet", requestKey, atMs = 1_000, parentId, plan = samplePlan(workflowId), tenant } = options;
  const parent: ParentCall | undefined = parentId === undefined ? undefined : { executionId: parentId, call: { step: "child" } };
  return {
    executionId,
    ...(requestKey !== undefined && { requestKey }),
    plan,
    event: {
      type: "execution-started",
      workflowId,
      planHash: samplePlanHash(plan),
      inputs: {},
      ...(parent !== undefined && { parent }),
      ...(tenant !== undefined && { meta: { tenant } }),
      seq: 1,
      atMs,
    },
  };
}

/** Events that continue an execution after the given one, a millisecond apart. */
export function eventsAfter(seq: number, ...bodies: readonly EventBody[]): readonly ExecutionEvent[] {
  return bodies.map((body, place) => ({ ...body, seq: seq + 1 + place, atMs: 1_000 + seq + 1 + place }));
}

export function succeeded(step: string, output: Json = null): EventBody {
  return { type: "call-succeeded", call: { step }, output };
}

export function ended(outcome: Outcome): EventBody {
  return { type: "execution-ended", outcome, output: null, leftovers: [] };
}
