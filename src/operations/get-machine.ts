import { nearest } from "../base/nearest.ts";
import type { GetMachineInput } from "../contract/get-machine.ts";
import { TuttiError } from "../model/errors.ts";
import type { Machine } from "../model/machine.ts";
import type { Machines } from "../ports/machines.ts";

/** @throws TuttiError `machine.not-found` */
export function getMachine({ machineId }: GetMachineInput, { machines }: { readonly machines: Pick<Machines, "list" | "get"> }): Machine {
  const machine = machines.get(machineId);
  if (machine !== undefined) return machine;
  const names = machines.list().map((each) => each.machineId);
  const meant = nearest(machineId, names);
  const hint =
    meant === undefined
      ? `known ${names.length === 1 ? "is" : "are"} ${names.map((name) => `"${name}"`).join(", ")}`
      : `did you mean "${meant}"?`;
  throw new TuttiError("machine.not-found", `no machine has the name "${machineId}" - ${hint}`, { machineId });
}
