import type { Problem } from "../model/problem.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";
import type { StepEntries, StepEntry } from "./step-entry.ts";
import type { FoundTool, ToolIndex } from "./tool-index.ts";

/** A step whose tool requires another tool, which none of the steps before it uses. */
export interface UnmetRequirement {
  readonly entry: StepEntry;
  /** The tool of the step. */
  readonly tool: string;
  /** What it requires, as the configuration names it. */
  readonly required: string;
  /** The other steps that use it, in the same phase. */
  readonly users: readonly StepEntry[];
}

/**
 * Finds the tools that the configuration requires to have been used earlier (`requires`) and that are not. Only the
 * calls of steps count, not their probes, compensations and fallbacks. For a finally step, all steps are earlier.
 */
export function unmetRequirements(entries: StepEntries, tools: ToolIndex, graph: OrderedGraph): readonly UnmetRequirement[] {
  const usersOf = stepsByTool(entries, tools);
  return [...usersOf].flatMap(([tool, steps]) => {
    const { requires } = tool.server;
    const all = Object.hasOwn(requires, tool.tool.name) ? (requires[tool.tool.name] ?? []) : [];
    return all.flatMap((required) => {
      const users = [...usersOf].flatMap(([other, using]) => (isRequired(required, tool, other) ? using : []));
      return unmetBy({ tool, required, steps, users }, graph);
    });
  });
}

/** Says what is missing, and what would help. */
export function describeUnmet({ entry, tool, required, users }: UnmetRequirement): Problem {
  const message = `${tool} requires ${required} to be used before it, but ${whyUnmet(entry, users)}`;
  return { code: "missing-requirement", severity: "error", message, path: [...entry.path, "tool"] };
}

function whyUnmet(entry: StepEntry, users: readonly StepEntry[]): string {
  if (users.length === 0) return "no other step uses it";
  const names = users.map(({ step }) => `"${step.id}"`).join(", ");
  return users.length === 1 ? `${names} waits for "${entry.step.id}"` : `several steps use it: ${names} - name one of them in needs`;
}

/** Steps by the tool that they call. */
function stepsByTool(entries: StepEntries, tools: ToolIndex): ReadonlyMap<FoundTool, readonly StepEntry[]> {
  const steps = new Map<FoundTool, StepEntry[]>();
  for (const entry of entries.list) {
    const found = entry.step.action.kind === "tool" ? tools.find(entry.step.action) : undefined;
    if (found === undefined) continue;
    const known = steps.get(found);
    if (known === undefined) steps.set(found, [entry]);
    else known.push(entry);
  }
  return steps;
}

/** `server.tool` means just that one; `tool` alone is one of the same server if that has it, else that of any server. */
function isRequired(required: string, by: FoundTool, other: FoundTool): boolean {
  if (other.name === required) return true;
  if (other.tool.name !== required) return false;
  return other.server === by.server || !by.server.tools.some(({ name }) => name === required);
}

interface Requirement {
  readonly tool: FoundTool;
  readonly required: string;
  readonly steps: readonly StepEntry[];
  readonly users: readonly StepEntry[];
}

function unmetBy({ tool, required, steps, users }: Requirement, graph: OrderedGraph): readonly UnmetRequirement[] {
  const behind = nodesBehind(graph, users);
  const inMain = users.some(({ phase }) => phase === "main");
  return steps.flatMap((entry) => {
    if (behind[entry.index] === 1 || (entry.phase === "finally" && inMain)) return [];
    return [{ entry, tool: tool.name, required, users: users.filter((user) => user !== entry && user.phase === entry.phase) }];
  });
}

/** Marks all nodes that have one of these somewhere before them. */
function nodesBehind({ needs, order }: OrderedGraph, users: readonly StepEntry[]): Uint8Array {
  const isUser = new Uint8Array(needs.length);
  for (const { index } of users) isUser[index] = 1;
  const behind = new Uint8Array(needs.length);
  for (const node of order) if (needs[node]?.some((need) => isUser[need] === 1 || behind[need] === 1) === true) behind[node] = 1;
  return behind;
}
