import type { ListMachinesInput, ListMachinesOutput } from "../contract/list-machines.ts";
import type { Machines } from "../ports/machines.ts";

/** All machines, this one first. */
export function listMachines(
  { status }: ListMachinesInput,
  { machines }: { readonly machines: Pick<Machines, "list"> },
): ListMachinesOutput {
  const all = machines.list();
  return { machines: status === undefined ? all : all.filter((machine) => machine.status === status) };
}
