import type { CheckRegistry } from "../model/check.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { changeWords } from "../model/tool-lock.ts";
import type { LockedTool, ToolLock } from "../model/tool-lock.ts";
import type { Catalog } from "../model/tool.ts";
import { toolChanges } from "../planner/tool-changes.ts";
import { createToolIndex } from "../planner/tool-index.ts";
import { lockedTool, TOO_DEEP } from "./locked-tool.ts";
import type { ReadSource } from "./read-source.ts";
import { toolsOfSource } from "./tools-of-source.ts";
import { namedTool } from "./named-tool.ts";

/** Changes of one tool that are told where it is used; `tutti servers diff` tells all. */
const TOLD_MAX = 3;

/** Every tool that a workflow or one of its children uses and that is not as it was locked, at its first use. Tools that are gone are left to planning. */
export function lockDrift(
  source: ReadSource,
  { catalog, registry }: { readonly catalog: Catalog; readonly registry: CheckRegistry | undefined },
  locked: ToolLock["tools"],
): readonly LocatedProblem[] {
  const index = createToolIndex(catalog);
  return [...toolsOfSource(source, registry)].flatMap(([name, { path, parsed }]) => {
    const found = index.find(namedTool(name));
    const message =
      found === undefined ? undefined : driftWords(name, Object.hasOwn(locked, name) ? locked[name] : undefined, lockedTool(found));
    return message === undefined ? [] : [parsed.locate({ code: "lock-drift", severity: "error", message, path })];
  });
}

function driftWords(name: string, was: LockedTool | undefined, is: LockedTool | undefined): string | undefined {
  if (was === undefined) return `"${name}" is not in the lock: add it with tutti servers lock`;
  if (is === undefined) return `"${name}" is not as it was locked: it ${TOO_DEEP}`;
  const changes = toolChanges(was, is);
  if (changes.length === 0) return undefined;
  const told = changes.slice(0, TOLD_MAX).map(changeWords);
  const more = changes.length > TOLD_MAX ? `; and ${changes.length - TOLD_MAX} more` : "";
  return `"${name}" is not as it was locked: ${told.join("; ")}${more}`;
}
