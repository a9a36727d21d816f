import { defined } from "../base/defined.ts";
import type { DoneUnit, ExecutionState } from "../engine/execution-state.ts";
import type { ReusedStep } from "../model/event.ts";

/** The steps that an execution takes over, with what has to be known of the earlier one to undo them. */
export function withWorkDone(reused: readonly ReusedStep[], earlier: ExecutionState): readonly ReusedStep[] {
  const unitsDone = Map.groupBy(
    earlier.done.filter(({ fallback }) => fallback !== true),
    ({ step }) => step,
  );
  return reused.map((one): ReusedStep => {
    const step = earlier.steps[earlier.indexById.get(one.step) ?? -1];
    if (step === undefined || one.skipped === true) return one;
    const done = unitsDone.get(step.index);
    if (step.items === undefined) {
      return { ...one, ...defined({ machine: done?.[0]?.machine, nothingDone: done === undefined ? (true as const) : undefined }) };
    }
    const { values, failed } = step.items;
    const items = (done ?? []).flatMap(({ item }) => item ?? []);
    return { ...one, items: { values, failed, done: items, ...defined({ machines: machinesOf(done ?? []) }) } };
  });
}

function machinesOf(units: readonly DoneUnit[]): Readonly<Record<string, string>> | undefined {
  const elsewhere = units.flatMap(({ item, machine }) =>
    item === undefined || machine === undefined ? [] : [[String(item), machine] as const],
  );
  return elsewhere.length === 0 ? undefined : Object.fromEntries(elsewhere);
}
