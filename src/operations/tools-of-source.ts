import type { ParsedWorkflow } from "../definition/parse-workflow.ts";
import type { CheckRegistry } from "../model/check.ts";
import { usedTools } from "../planner/used-tools.ts";
import type { UsedTool } from "../planner/used-tools.ts";
import type { ReadSource } from "./read-source.ts";

/** A tool that a workflow or one of its children names, and the file where it does. */
export interface ToolInFile extends UsedTool {
  readonly parsed: ParsedWorkflow;
}

/** The first use of each tool that a workflow and its children use, by the name of the tool, as far as they can be read. */
export function toolsOfSource({ parsed, children }: ReadSource, registry: CheckRegistry | undefined): ReadonlyMap<string, ToolInFile> {
  const first = new Map<string, ToolInFile>();
  for (const file of [parsed, ...children]) {
    const workflow = file.workflow ?? file.draft;
    for (const use of workflow === undefined ? [] : usedTools(workflow, registry)) {
      if (!first.has(use.name)) first.set(use.name, { ...use, parsed: file });
    }
  }
  return first;
}
