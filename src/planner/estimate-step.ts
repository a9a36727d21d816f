import type { Ms } from "../base/duration.ts";
import { parseDuration } from "../base/duration.ts";
import { isJsonArray } from "../base/json.ts";
import { callsAtOnce } from "../model/step-claim.ts";
import type { ServerCapacity } from "../model/tool.ts";
import type { Step, Template } from "../model/workflow.ts";

/** A call of which nothing is known, its retries left out. */
const CALL_MS: Ms = 1_000;

/** Of a list that is only known when the workflow runs. */
const ITEMS_ASSUMED = 10;

/** What is known beside a step about how long it takes. */
export interface EstimateFacts {
  /** The estimate of the workflow that it runs. */
  readonly childMs?: Ms;
  /** What its server can do at once. */
  readonly capacity?: ServerCapacity;
}

/**
 * How long a step will probably take: what it says itself (`estimated_duration`, else `max_duration`), else by its
 * kind. A call takes a second, a child what its plan says, a sleep its duration, a value nothing. Waiting for a person
 * or for a moment counts as nothing, because no number would be less wrong. A `for_each` of unknown length has 10 items,
 * as many of them at once as the server can do.
 */
export function estimateStep(step: Step, { childMs, capacity }: EstimateFacts): Ms {
  const stated = step.estimatedMs ?? step.maxDurationMs;
  return stated ?? rounds(step, capacity) * estimateAction(step, childMs);
}

/** How many calls of a step are in flight at once at most, as far as that is known before it runs. */
export function estimateCallsAtOnce(step: Step, capacity: ServerCapacity | undefined): number {
  return step.forEach === undefined ? 1 : callsAtOnce(step, itemCount(step.forEach), capacity);
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
function rounds(step: Step, capacity: ServerCapacity | undefined): number {
  if (step.forEach === undefined) return 1;
  const items = itemCount(step.forEach);
  return items === 0 ? 0 : Math.ceil(items / callsAtOnce(step, items, capacity));
}

function itemCount(list: Template): number {
  return isJsonArray(list) ? list.length : ITEMS_ASSUMED;
}
