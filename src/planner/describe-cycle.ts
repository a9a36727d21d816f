import type { Problem } from "../model/problem.ts";
import { placeOf, visitReads, type StepEntries, type StepEntry } from "./step-entry.ts";
import { stepParts } from "./step-parts.ts";

const SHOWN_MAX = 10;

/** Names the steps of a cycle in the order in which each needs the next, at the place where the first needs the second. */
export function describeCycle(entries: StepEntries, cycle: readonly number[]): Problem {
  const ids = cycle.flatMap((index) => entries.list[index]?.step.id ?? []);
  const [first, second] = [entries.list[cycle[0] ?? 0], entries.list[cycle[1] ?? cycle[0] ?? 0]];
  const message =
    ids.length === 1 ? `"${ids[0]}" needs itself` : `the steps need each other in a circle: ${shorten([...ids, ...ids.slice(0, 1)])}`;
  const place = first === undefined || second === undefined ? { path: ["steps"] } : placeOfNeed(first, second);
  return { code: "cycle", severity: "error", message, ...place };
}

/** Where a step says that it needs another one. */
export function placeOfNeed(entry: StepEntry, need: StepEntry): Pick<Problem, "path" | "range"> {
  const named = entry.step.needs.indexOf(need.step.id);
  if (named >= 0) return { path: [...entry.path, "needs", named] };
  let place: Pick<Problem, "path" | "range"> | undefined;
  for (const part of stepParts(entry.step, entry.path)) {
    visitReads(part, (read, expression) => {
      if (read.step === need.step.id) place ??= placeOf(part, expression, read);
    });
  }
  return place ?? { path: entry.path };
}

function shorten(ids: readonly string[]): string {
  if (ids.length <= SHOWN_MAX) return ids.join(" -> ");
  const [head, tail] = [ids.slice(0, SHOWN_MAX - 3), ids.slice(-2)];
  return [...head, `(${ids.length - head.length - tail.length} more)`, ...tail].join(" -> ");
}
