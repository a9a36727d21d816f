import { nearest } from "../base/nearest.ts";
import { ANY_MACHINE, isUsable, LOCAL_MACHINE } from "../model/machine.ts";
import type { KnownMachine } from "../model/machine.ts";
import type { Path, Problem } from "../model/problem.ts";
import { resourceWords } from "../model/resource-words.ts";
import { amountsOf } from "../model/step-claim.ts";
import type { ServerCatalog } from "../model/tool.ts";
import type { Step, ToolAction } from "../model/workflow.ts";
import type { StepEntry } from "./step-entry.ts";
import type { ToolIndex } from "./tool-index.ts";

/**
 * Finds machines that are not known, not there, or without what a step wants of them; and tools that are on other machines
 * only, where a step names none.
 *
 * @param machines - other machines; undefined when nobody knows
 */
export function createMachineCheck(
  machines: readonly KnownMachine[] | undefined,
  tools: ToolIndex | undefined,
): (entry: StepEntry) => readonly Problem[] {
  if (machines === undefined || tools === undefined) return () => [];
  return ({ step, path }) => {
    const { action, targetMachines, otherMachines } = step;
    const server = action.kind === "tool" ? tools.server(action.server) : undefined;
    if (targetMachines === undefined) {
      const misplaced =
        otherMachines === undefined ? [] : [warning("it has no effect without target_machines", [...path, "other_machines"])];
      return server === undefined || action.kind !== "tool" ? misplaced : [...misplaced, ...elsewhere(server, action, path)];
    }
    if (action.kind !== "tool")
      return [warning("it has no effect: only the call of a tool is sent to a machine", [...path, "target_machines"])];
    const named = (names: readonly string[], key: string): readonly Problem[] =>
      names.flatMap((name, place) => {
        const message = name === ANY_MACHINE ? undefined : unknownMachine(name, machines);
        return message === undefined ? [] : error("unknown-machine", message, [...path, key, place]);
      });
    const targets = targetMachines.flatMap((name, place): readonly Problem[] => {
      const at = [...path, "target_machines", place];
      const known = machines.find(({ machineId }) => machineId === name);
      if (name !== ANY_MACHINE && name !== LOCAL_MACHINE && known === undefined) return [];
      const message = absent(known, machines) ?? (server === undefined ? undefined : lacking(name, { step, action, server, known }));
      return message === undefined ? [] : [error("unusable-machine", message, at)];
    });
    return [...named(targetMachines, "target_machines"), ...named(otherMachines ?? [], "other_machines"), ...targets];
  };
}

function unknownMachine(name: string, machines: readonly KnownMachine[]): string | undefined {
  const known = [LOCAL_MACHINE, ...machines.map(({ machineId }) => machineId)];
  if (known.includes(name)) return undefined;
  const meant = nearest(name, known);
  return `unknown machine "${name}" - ${meant === undefined ? online(machines) : `did you mean "${meant}"?`}`;
}

function absent(machine: KnownMachine | undefined, machines: readonly KnownMachine[]): string | undefined {
  if (machine === undefined || isUsable(machine)) return undefined;
  const state = machine.status === "maintenance" ? "takes no tasks now (maintenance)" : `is ${machine.status}`;
  return `machine "${machine.machineId}" ${state} - ${online(machines)}`;
}

function online(machines: readonly KnownMachine[]): string {
  const names = [LOCAL_MACHINE, ...machines.filter(isUsable).map(({ machineId }) => machineId)];
  return `online ${names.length === 1 ? "is" : "are"} ${names.map((name) => `"${name}"`).join(", ")}`;
}

interface Wanted {
  readonly step: Step;
  readonly action: ToolAction;
  readonly server: ServerCatalog;
  readonly known: KnownMachine | undefined;
}

/** What a machine that is there does not have, of what a step wants of it. */
function lacking(name: string, { step, action, server, known }: Wanted): string | undefined {
  const places = placesOf(server);
  const has = Object.keys(places).filter((place) => places[place]?.includes(action.tool) === true);
  const where = has.length === 0 ? "no machine that is online has it" : `${listed(has)} ${has.length === 1 ? "has" : "have"} it`;
  const tool = `${action.server}.${action.tool}`;
  if (name === ANY_MACHINE) return has.length === 0 ? `${where}: "${tool}"` : undefined;
  if (!has.includes(name)) return `machine "${name}" has no tool "${tool}" - ${where}`;
  const resources = known?.resources ?? {};
  const [scarce, wanted] = amountsOf(step.resources).find(([resource, amount]) => (resources[resource] ?? Infinity) < amount) ?? [];
  if (scarce === undefined || wanted === undefined) return undefined;
  const { key, amount } = resourceWords(scarce, wanted);
  return `${key}: ${amount} is more than machine "${name}" has, which is ${resourceWords(scarce, resources[scarce] ?? 0).amount}`;
}

/** A tool that this machine's server of that name does not have is not called here. */
function elsewhere(server: ServerCatalog, { tool }: ToolAction, path: Path): readonly Problem[] {
  const places = placesOf(server);
  const here = places[LOCAL_MACHINE];
  const has = Object.keys(places).filter((place) => places[place]?.includes(tool) === true);
  if (here === undefined || has.length === 0 || here.includes(tool)) return [];
  const message = `"${server.name}.${tool}" is not on this machine, but on ${listed(has)} - say so with target_machines`;
  return [error("unusable-machine", message, [...path, "tool"])];
}

function placesOf(server: ServerCatalog): Readonly<Record<string, readonly string[]>> {
  return server.machines ?? { [LOCAL_MACHINE]: server.tools.map(({ name }) => name) };
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function error(code: string, message: string, path: Path): Problem {
  return { code, severity: "error", message, path };
}

function warning(message: string, path: Path): Problem {
  return { code: "no-effect", severity: "warning", message: `${String(path.at(-1))}: ${message}`, path };
}
