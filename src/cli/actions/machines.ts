import { getMachine } from "../../contract/get-machine.ts";
import { listMachines } from "../../contract/list-machines.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { machineLines, machineTable } from "../render/machine-lines.ts";

/** `tutti machines list` */
export async function list(context: CommandContext, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const result = await session.client.call(listMachines, {}, { signal: context.signal });
  if (options.json === true) await printDocument(context, listMachines, result);
  else context.terminal.out.lines(machineTable(result.machines));
  return 0;
}

/** `tutti machines show NAME` */
export async function show(context: CommandContext, machineId: string, options: CommonOptions): Promise<number> {
  await using session = await openSession(context, "driving", options);
  const machine = await session.client.call(getMachine, { machineId }, { signal: context.signal });
  if (options.json === true) await printDocument(context, getMachine, machine);
  else context.terminal.out.lines(machineLines(machine));
  return 0;
}
