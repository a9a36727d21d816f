import type { Path } from "../model/problem.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { stepParts } from "./step-parts.ts";

/** One place where a workflow names a tool. */
export interface UsedTool {
  /** `server.tool` */
  readonly name: string;
  readonly path: Path;
}

/** All tools that a workflow names, also to verify, to undo and to stand in, in the order of the file. Not those of its children. */
export function usedTools(workflow: Workflow): readonly UsedTool[] {
  const uses = (key: "steps" | "finally", steps: readonly Step[]): readonly UsedTool[] =>
    steps.flatMap((step, place) =>
      stepParts(step, [key, place]).flatMap(({ callee, path }) => {
        if (callee?.kind !== "tool") return [];
        return [{ name: `${callee.use.server}.${callee.use.tool}`, path: [...path.slice(0, -1), "tool"] }];
      }),
    );
  return [...uses("steps", workflow.steps), ...uses("finally", workflow.finally)];
}
