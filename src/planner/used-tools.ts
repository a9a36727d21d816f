import { type CheckRegistry, NO_CHECKS } from "../model/check.ts";
import type { Path } from "../model/problem.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { stepParts } from "./step-parts.ts";
import { withHandlers } from "./with-handlers.ts";

/** One place where a workflow uses a tool. */
export interface UsedTool {
  /** `server.tool` */
  readonly name: string;
  readonly path: Path;
}

/**
 * All tools that a workflow uses, also to verify, to undo, to stand in, as handlers and as checks, in the order of the file.
 * Not those of its children, nor that of the built-in server that runs programs.
 */
export function usedTools(workflow: Workflow, registry: CheckRegistry = NO_CHECKS): readonly UsedTool[] {
  const handled = withHandlers(workflow, registry);
  const uses = (key: "steps" | "finally", steps: readonly Step[]): readonly UsedTool[] =>
    steps.flatMap((step, place) => [...ownTools(step, [key, place]), ...checkTools(step, [key, place], registry)]);
  return [...uses("steps", handled.steps), ...uses("finally", handled.finally)];
}

function ownTools(step: Step, path: Path): readonly UsedTool[] {
  return stepParts(step, path).flatMap(({ callee, path: place }) => {
    if (callee?.kind !== "tool") return [];
    return [{ name: `${callee.use.server}.${callee.use.tool}`, path: [...place.slice(0, -1), "tool"] }];
  });
}

function checkTools(step: Step, path: Path, { checks }: CheckRegistry): readonly UsedTool[] {
  return (["enforcement", "validation"] as const).flatMap((key) => {
    const name = step[key];
    const check = name !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
    return check?.kind === "tool" ? [{ name: `${check.server}.${check.tool}`, path: [...path, key] }] : [];
  });
}
