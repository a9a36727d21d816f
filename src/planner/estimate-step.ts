import type { Ms } from "../base/duration.ts";
import { parseDuration } from "../base/duration.ts";
import { isJsonArray } from "../base/json.ts";
import type { Step } from "../model/workflow.ts";

/** A call of which nothing is known, its retries left out. */
const CALL_MS: Ms = 1_000;

/** Of a list that is only known when the workflow runs. */
const ITEMS_ASSUMED = 10;

/**
 * How long a step will probably take: what it says itself (`estimated_duration`, else `max_duration`), else by its
 * kind. A call takes a second, a child what its plan says, a sleep its duration, a value nothing. Waiting for a person
 * or for a moment counts as nothing, because no number would be less wrong. A `for_each` of unknown length has 10 items.
 *
 * @param childMs - the estimate of the workflow that the step runs
 */
export function estimateStep(step: Step, childMs: Ms | undefined): Ms {
  const stated = step.estimatedMs ?? step.maxDurationMs;
  return stated ?? rounds(step) * estimateAction(step, childMs);
}

function estimateAction({ action }: Step, childMs: Ms | undefined): Ms {
  switch (action.kind) {
    case "tool":
      return CALL_MS;
    case "workflow":
      return childMs ?? CALL_MS;
    case "sleep":
      if (typeof action.duration === "number") return action.duration;
      return typeof action.duration === "string" ? (parseDuration(action.duration) ?? 0) : 0;
    case "value":
    case "approval":
      return 0;
  }
}

/** How often the step's action follows itself. */
function rounds({ forEach, maxParallel }: Step): number {
  if (forEach === undefined) return 1;
  const items = isJsonArray(forEach) ? forEach.length : ITEMS_ASSUMED;
  return items === 0 ? 0 : Math.ceil(items / (maxParallel ?? items));
}
