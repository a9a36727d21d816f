import { defined } from "../base/defined.ts";
import type { ExecutionState } from "../engine/execution-state.ts";
import type { ReusedStep } from "../model/event.ts";

/** The steps that an execution takes over, with what has to be known of the earlier one to undo them. */
export function withWorkDone(reused: readonly ReusedStep[], earlier: ExecutionState): readonly ReusedStep[] {
  const itemsDone = new Map<number, (number | undefined)[]>();
  for (const { step, item, fallback } of earlier.done) {
    if (fallback === true) continue;
    const known = itemsDone.get(step);
    if (known === undefined) itemsDone.set(step, [item]);
    else known.push(item);
  }
  return reused.map((one): ReusedStep => {
    const step = earlier.steps[earlier.indexById.get(one.step) ?? -1];
    if (step === undefined || one.skipped === true) return one;
    const done = itemsDone.get(step.index);
    if (step.items === undefined) return { ...one, ...defined({ nothingDone: done === undefined ? (true as const) : undefined }) };
    const { values, failed } = step.items;
    return { ...one, items: { values, failed, done: (done ?? []).filter((item) => item !== undefined) } };
  });
}
