import { getWorkflow, isTuttiError, parseWorkflow, type Step, type Workflow } from "tutti";
import { refuse } from "../kit/reference-server.ts";
import { problemText } from "./as-tool-error.ts";
import type { TenantClient } from "./tenant-client.ts";
import type { LibraryWorkflow } from "./workflow-library.ts";

/** A workflow that a tenant can execute. */
export interface Definition {
  readonly source: "library" | "own";
  readonly text: string;
  readonly workflow: Workflow;
  /** Of one that a tenant has stored. */
  readonly version?: number;
}

/** A workflow with all that its steps run. */
export interface DefinitionFamily {
  readonly main: Definition;
  readonly children: readonly Definition[];
}

const FAMILY_MAX = 100;

/** Finds workflows: those of the library, and those that a tenant has stored. */
export interface Definitions {
  readonly library: ReadonlyMap<string, LibraryWorkflow>;
  /** @throws ToolError - the tenant has none of this id, and the library neither */
  find(id: string, client: TenantClient, signal: AbortSignal): Promise<Definition>;
  /** @throws ToolError - it, or one that it runs, is not there */
  family(id: string, client: TenantClient, signal: AbortSignal): Promise<DefinitionFamily>;
  /** The workflows that a new one runs, with all that these run. Those that are not there are left out: Tutti tells where they are named. */
  childrenOf(workflow: Workflow, client: TenantClient, signal: AbortSignal): Promise<readonly Definition[]>;
}

export function openDefinitions(library: ReadonlyMap<string, LibraryWorkflow>): Definitions {
  const look = async (id: string, client: TenantClient, signal: AbortSignal): Promise<Definition | undefined> => {
    const known = library.get(id);
    if (known !== undefined)
      return known.workflow === undefined ? undefined : { source: "library", text: known.text, workflow: known.workflow };
    return await storedDefinition(id, client, signal);
  };
  const childrenOf: Definitions["childrenOf"] = async (workflow, client, signal) => {
    const found = new Map<string, Definition>();
    const wanted = [...childIds(workflow)];
    for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
      if (found.has(id) || id === workflow.id) continue;
      if (found.size >= FAMILY_MAX) throw refuse(`a workflow runs at most ${FAMILY_MAX} others, also of others`);
      const child = await look(id, client, signal);
      if (child === undefined) continue;
      found.set(id, child);
      wanted.push(...childIds(child.workflow));
    }
    return [...found.values()];
  };
  const find: Definitions["find"] = async (id, client, signal) => {
    const found = await look(id, client, signal);
    if (found !== undefined) return found;
    const [problem] = library.get(id)?.problems ?? [];
    if (problem !== undefined) throw refuse(`the file of the workflow "${id}" of this server is not right: ${problemText(problem)}`);
    throw refuse(`there is no workflow "${id}"; list_available_workflows shows what there is`);
  };
  return {
    library,
    find,
    childrenOf,
    async family(id, client, signal) {
      const main = await find(id, client, signal);
      return { main, children: await childrenOf(main.workflow, client, signal) };
    },
  };
}

async function storedDefinition(id: string, client: TenantClient, signal: AbortSignal): Promise<Definition | undefined> {
  const found = await client.call(getWorkflow, { workflowId: id }, signal).catch((error: unknown) => {
    if (isTuttiError((error as Error).cause, "workflow.not-found")) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  const text = JSON.stringify(found.definition);
  const { workflow, problems } = parseWorkflow(text, `${id}.json`);
  if (workflow === undefined) throw refuse(`the workflow "${id}" cannot be read any more: ${problems[0]?.message ?? ""}`);
  return { source: "own", text, workflow, version: found.version };
}

/** All steps, also those at the end. */
export function stepsOf({ steps, finally: last }: Workflow): readonly Step[] {
  return [...steps, ...last];
}

function childIds(workflow: Workflow): ReadonlySet<string> {
  return new Set(stepsOf(workflow).flatMap(({ action }) => (action.kind === "workflow" ? [action.workflow] : [])));
}

/** The servers that its own steps call, in the order of the alphabet. */
export function serversOf(workflow: Workflow): readonly string[] {
  const used = stepsOf(workflow).flatMap(({ action, verify, compensate, fallback }) => [
    ...(action.kind === "tool" ? [action.server] : []),
    ...(verify === undefined ? [] : [verify.server]),
    ...(compensate === undefined ? [] : [compensate.server]),
    ...(fallback?.kind === "tool" ? [fallback.server] : []),
  ]);
  return [...new Set(used)].sort();
}
