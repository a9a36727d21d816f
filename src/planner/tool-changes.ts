import { jsonEqual } from "../base/json.ts";
import type { LockedTool, ToolChange } from "../model/tool-lock.ts";
import type { Effect } from "../model/workflow.ts";
import { shown } from "./keyword-change.ts";
import { schemaChanges } from "./schema-changes.ts";

/** Everything in which a tool is not as it was. */
export function toolChanges(was: LockedTool, is: LockedTool): readonly ToolChange[] {
  const input = was.inputSha256 === is.inputSha256 ? [] : schemaChanges(was.inputSchema, is.inputSchema, "input");
  return [...input, ...outputChanges(was, is), ...effectChanges(was, is), ...annotationChanges(was, is)];
}

function outputChanges(was: LockedTool, is: LockedTool): readonly ToolChange[] {
  if (was.outputSha256 === is.outputSha256) return [];
  const whole = { part: "output", place: "" } as const;
  // Without a schema anything may come, also text.
  if (was.outputSchema === undefined) return [{ ...whole, message: "has a schema now, and had none", breaks: "nobody" }];
  if (is.outputSchema === undefined) return [{ ...whole, message: "has no schema any more", breaks: "readers" }];
  return schemaChanges(was.outputSchema, is.outputSchema, "output");
}

/** The later, the less may be done with a call whose end is not known. */
const EFFECTS: readonly Effect[] = ["read", "idempotent", "once"];

function effectChanges({ effect: was }: LockedTool, { effect: is }: LockedTool): readonly ToolChange[] {
  if (was === is) return [];
  const breaks = EFFECTS.indexOf(is) > EFFECTS.indexOf(was) ? "callers" : "nobody";
  return [{ part: "effect", place: "", message: `is ${is} now, and was ${was}`, breaks }];
}

function annotationChanges({ annotations: was = {} }: LockedTool, { annotations: is = {} }: LockedTool): readonly ToolChange[] {
  if (jsonEqual({ ...was }, { ...is })) return [];
  return [{ part: "annotations", place: "", message: `are ${shown({ ...is })} now, and were ${shown({ ...was })}`, breaks: "nobody" }];
}
