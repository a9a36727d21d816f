import type { JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { WorkflowFile, WorkflowSource } from "../contract/workflow-source.ts";
import { TuttiError } from "../model/errors.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";

/** A file may have a MiB, and in lines with indentation the same workflow is two or three times as long. */
const INDENTED_MAX = 256 * 1024;

/** A definition as the file that it would be. */
export function definitionFile(workflowId: string, definition: JsonObject): WorkflowFile {
  const text = JSON.stringify(definition);
  return { file: workflowId, text: text.length > INDENTED_MAX ? text : JSON.stringify(definition, undefined, 2) };
}

/**
 * A definition as a file, with those of all stored workflows that its steps run, also of theirs. Workflows that are not
 * stored are left out; planning finds that they are missing.
 */
export async function definitionSource(
  workflowId: string,
  definition: JsonObject,
  { workflows, tenant }: { readonly workflows: Pick<WorkflowStore, "get">; readonly tenant: string | undefined },
): Promise<WorkflowSource & { readonly children: readonly WorkflowFile[] }> {
  const children = new Map<string, WorkflowFile>();
  const wanted = [...childIds(definition)];
  for (let id = wanted.pop(); id !== undefined; id = wanted.pop()) {
    if (id === workflowId || children.has(id)) continue;
    const child = await workflows.get(tenant, id);
    if (child === undefined) continue;
    children.set(id, definitionFile(id, child.definition));
    wanted.push(...childIds(child.definition));
  }
  return { ...definitionFile(workflowId, definition), children: [...children.values()] };
}

/** Found without reading the whole, which takes a second when there are 10,000 steps. */
function childIds(definition: JsonObject): ReadonlySet<string> {
  const steps = ["steps", "finally"].flatMap((key) => (isJsonArray(definition[key]) ? definition[key] : []));
  return new Set(steps.flatMap((step) => (isJsonObject(step) && typeof step["workflow"] === "string" ? [step["workflow"]] : [])));
}

/** Problems that a message names; all are in the details. */
const NAMED_MAX = 10;

/** Why a definition cannot be used, with all reasons and their places. */
export function definitionRefusal(workflowId: string, problems: readonly LocatedProblem[], cause?: unknown): TuttiError {
  const errors = problems.filter(({ severity }) => severity === "error");
  const named = errors.slice(0, NAMED_MAX).map(problemLine);
  const more = errors.length > NAMED_MAX ? [`and ${errors.length - NAMED_MAX} more`] : [];
  const count = errors.length === 1 ? "1 problem" : `${errors.length} problems`;
  return new TuttiError(
    "definition.invalid",
    `the workflow "${workflowId}" has ${count}: ${[...named, ...more].join("; ")}`,
    { problems: errors },
    cause === undefined ? {} : { cause },
  );
}

/** A problem with its place, in one line. */
export function problemLine({ place, message }: LocatedProblem): string {
  return place === undefined ? message : `${place}: ${message}`;
}
