import type { Problem } from "../model/problem.ts";
import type { ToolUse } from "../model/workflow.ts";
import type { OrderedGraph } from "./add-wanted-edges.ts";
import type { StepEntries, StepEntry } from "./step-entry.ts";
import type { ToolIndex } from "./tool-index.ts";

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
  const usersOf = indexUsers(entries);
  const behindUsers = new Map<string, Uint8Array>();
  const unmet: UnmetRequirement[] = [];
  for (const entry of entries.list) {
    const { action } = entry.step;
    const found = action.kind === "tool" ? tools.find(action) : undefined;
    if (found === undefined || !Object.hasOwn(found.server.requires, found.tool.name)) continue;
    for (const required of found.server.requires[found.tool.name] ?? []) {
      const key = requirementKey(required, found.server.name, tools);
      const users = usersOf.get(key) ?? [];
      const behind = behindUsers.get(key) ?? nodesBehind(graph, users);
      behindUsers.set(key, behind);
      const met = behind[entry.index] === 1 || (entry.phase === "finally" && users.some(({ phase }) => phase === "main"));
      const others = users.filter((user) => user !== entry && user.phase === entry.phase);
      if (!met) unmet.push({ entry, tool: found.name, required, users: others });
    }
  }
  return unmet;
}

/** Says what is missing, and what would help. */
export function describeUnmet({ entry, tool, required, users }: UnmetRequirement): Problem {
  const [only] = users;
  const names = users.map(({ step }) => `"${step.id}"`).join(", ");
  const why =
    only === undefined
      ? "no step uses it"
      : users.length === 1
        ? `${names} waits for "${entry.step.id}"`
        : `several steps use it: ${names} - name one of them in needs`;
  const message = `${tool} requires ${required} to be used before it, but ${why}`;
  return { code: "missing-requirement", severity: "error", message, path: [...entry.path, "tool"] };
}

/** The steps that use each tool, by `server.tool` and by `tool` alone. */
function indexUsers(entries: StepEntries): ReadonlyMap<string, readonly StepEntry[]> {
  const users = new Map<string, StepEntry[]>();
  for (const entry of entries.list) {
    const { action } = entry.step;
    if (action.kind !== "tool") continue;
    for (const key of [fullName(action), anyServer(action.tool)]) {
      const known = users.get(key);
      if (known === undefined) users.set(key, [entry]);
      else known.push(entry);
    }
  }
  return users;
}

/** `tool` is one of the same server if it has such a tool, else that of any server; `server.tool` is just that one. */
function requirementKey(required: string, server: string, tools: ToolIndex): string {
  const own = { server, tool: required, with: {} };
  if (tools.find(own) !== undefined) return fullName(own);
  const dot = required.indexOf(".");
  return dot > 0 ? required : anyServer(required);
}

function fullName(use: ToolUse): string {
  return `${use.server}.${use.tool}`;
}

/** No server has an empty name. */
function anyServer(tool: string): string {
  return `.${tool}`;
}

/** Marks all nodes that have one of these somewhere before them. */
function nodesBehind({ needs, order }: OrderedGraph, users: readonly StepEntry[]): Uint8Array {
  const isUser = new Uint8Array(needs.length);
  for (const { index } of users) isUser[index] = 1;
  const behind = new Uint8Array(needs.length);
  for (const node of order) if (needs[node]?.some((need) => isUser[need] === 1 || behind[need] === 1) === true) behind[node] = 1;
  return behind;
}
