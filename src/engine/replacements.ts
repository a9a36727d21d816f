import type { Workflow } from "../model/workflow.ts";
import type { StepState } from "./execution-state.ts";

/** What may stand in for a call that has finally failed. */
export type Replacement = "tool" | "stale" | "value";

/**
 * The ways to replace a failed call, in the order in which they are tried: the alternative tool, then under
 * best_effort an answer of earlier times, then the declared value.
 */
export function replacements(workflow: Workflow, step: StepState): readonly Replacement[] {
  const { fallback, cache } = step.node.step;
  const policy = workflow.errorPolicy;
  if (policy.fallbackEnabled === false) return [];
  const ways: Replacement[] = [];
  if (fallback?.kind === "tool") ways.push("tool");
  if (policy.mode === "best_effort" && cache !== undefined && policy.cacheOnError !== false) ways.push("stale");
  if (fallback?.kind === "value") ways.push("value");
  return ways;
}
