import type { Path, Problem } from "../model/problem.ts";
import type { ToolUse, Workflow, WorkflowAction } from "../model/workflow.ts";
import { checkValue } from "./check-value.ts";
import type { KnownValues } from "./known-values.ts";
import { partHoles } from "./part-holes.ts";
import { readSchema } from "./read-schema.ts";
import type { Schema } from "./schema.ts";
import type { StepPart } from "./step-parts.ts";
import { hintAt, unknownNames } from "./unknown-name.ts";
import type { ToolIndex } from "./tool-index.ts";
import type { Taker } from "./value-mismatch.ts";

export interface CallSources {
  readonly tools: ToolIndex | undefined;
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly known: KnownValues;
}

/** Checks what is called, and with what: the tool or workflow must be there, and the arguments must fit it. */
export function createCallCheck({ tools, workflows, known }: CallSources): (part: StepPart) => readonly Problem[] {
  const inputSchemas = new Map<Workflow, Schema>();
  const unknownWorkflow = unknownNames("workflow", (name) => hintAt(name, Object.keys(workflows)));

  const checkTool = (part: StepPart, use: ToolUse): readonly Problem[] => {
    const found = tools?.find(use);
    if (found !== undefined) {
      return checkArguments(part, known, { schema: found.inputSchema(), taker: { name: found.name, member: "argument" }, key: "tool" });
    }
    return tools === undefined ? [] : [tools.unknown(use, calleePlace(part, "tool"))];
  };

  const checkChild = (part: StepPart, { workflow: id }: WorkflowAction): readonly Problem[] => {
    const child = Object.hasOwn(workflows, id) ? workflows[id] : undefined;
    if (child === undefined) return [unknownWorkflow(id, { path: calleePlace(part, "workflow") })];
    const schema = inputSchemas.get(child) ?? inputSchema(child);
    inputSchemas.set(child, schema);
    return checkArguments(part, known, { schema, taker: { name: `the workflow "${id}"`, member: "input" }, key: "workflow" });
  };

  return (part) => {
    switch (part.callee?.kind) {
      case "tool":
        return checkTool(part, part.callee.use);
      case "workflow":
        return checkChild(part, part.callee.use);
      case undefined:
        return [];
    }
  };
}

/** The name of what is called stands beside the arguments. */
function calleePlace({ path }: StepPart, key: "tool" | "workflow"): Path {
  return [...path.slice(0, -1), key];
}

interface Callee {
  readonly schema: Schema;
  readonly taker: Taker;
  readonly key: "tool" | "workflow";
}

function checkArguments(part: StepPart, known: KnownValues, { schema, taker, key }: Callee): readonly Problem[] {
  const mismatches = checkValue({ value: part.template, schema, taker, hole: partHoles(part, known) });
  if (mismatches.length === 0) return mismatches;
  // Arguments that are missing altogether have no place of their own.
  const top = Object.keys(part.template ?? {}).length === 0 ? calleePlace(part, key) : part.path;
  return mismatches.map((mismatch) => ({ ...mismatch, path: mismatch.path.length === 0 ? top : [...part.path, ...mismatch.path] }));
}

/** What a workflow takes, as the schema of one object. */
function inputSchema({ inputs }: Workflow): Schema {
  const properties = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, readSchema(spec)]));
  const required = Object.keys(inputs).filter((name) => inputs[name]?.["default"] === undefined);
  return { loose: false, type: ["object"], properties, required, additionalProperties: false };
}
