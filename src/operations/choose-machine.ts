import type { Machine } from "../model/machine.ts";
import { isUsable } from "../model/machine.ts";
import { amountsOf } from "../model/step-claim.ts";
import type { Resources } from "../model/workflow.ts";

/**
 * The best of some machines for a task: one that is not busy before one that is, then the one that is used least, by what
 * it says of its processors and memory, and by the tasks that are there. Undefined when none has what the task occupies.
 *
 * @param callsOn - how many calls are on their way to a machine: what was sent since its last heartbeat, it has not told
 */
export function chooseMachine(
  machines: readonly Machine[],
  resources: Resources,
  callsOn: (machineId: string) => number = () => 0,
): Machine | undefined {
  const loadOf = (machine: Machine): number => loadWith(machine, Math.max(machine.tasks, callsOn(machine.machineId)));
  const able = machines.filter((machine) => isUsable(machine) && suffices(machine, resources));
  return able.sort((left, right) => Number(left.status === "busy") - Number(right.status === "busy") || loadOf(left) - loadOf(right))[0];
}

/** Whether a machine has so much in all. Of what it does not speak of, nobody knows a limit. */
function suffices({ resources: has }: Machine, resources: Resources): boolean {
  return amountsOf(resources).every(([name, amount]) => amount <= (has[name] ?? Infinity));
}

/** A task for each processor weighs as much as processors that are all at work. */
function loadWith({ usage, resources }: Machine, tasks: number): number {
  return Math.max(usage.cpu ?? 0, usage.memory ?? 0) + tasks / Math.max(1, resources.cpu ?? 1);
}
