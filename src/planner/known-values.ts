import type { InputReference, StepReference } from "../expression/references.ts";
import type { Step, Workflow } from "../model/workflow.ts";
import { readSchema } from "./read-schema.ts";
import { type Schema, UNREADABLE } from "./schema.ts";
import type { StepEntries } from "./step-entry.ts";
import { templateSchema } from "./template-schema.ts";
import type { ToolIndex } from "./tool-index.ts";
import { childOf } from "./used-servers.ts";

/** What is known of a value before anything runs, and who gives it. */
export interface KnownValue {
  readonly schema: Schema;
  /** For messages: `the output of inventory.inventory_check`, `the input "order"`. */
  readonly name: string;
  /** The name of the tool, if it is one that gives the value. */
  readonly tool?: string;
}

/** What the expressions of a workflow can read, as far as it is known. */
export interface KnownValues {
  /** Undefined when nothing is known. */
  readonly output: (reference: StepReference) => KnownValue | undefined;
  readonly input: (reference: InputReference) => KnownValue | undefined;
}

export interface KnownSources {
  readonly workflow: Workflow;
  readonly entries: StepEntries;
  readonly tools: ToolIndex | undefined;
  readonly workflows: Readonly<Record<string, Workflow>>;
}

/** Reads the schema of each output and input once, when something refers to it. */
export function createKnownValues(sources: KnownSources): KnownValues {
  const outputs = new Map<string, KnownValue | undefined>();
  const inputs = new Map<string, KnownValue | undefined>();
  return {
    output: ({ step: id }) => {
      const entry = sources.entries.byId.get(id);
      if (!outputs.has(id) && entry !== undefined) outputs.set(id, stepOutput(entry.step, sources));
      return outputs.get(id);
    },
    input: ({ name }) => {
      const spec = Object.hasOwn(sources.workflow.inputs, name) ? sources.workflow.inputs[name] : undefined;
      if (!inputs.has(name) && spec !== undefined) inputs.set(name, { schema: readSchema(spec), name: `the input "${name}"` });
      return inputs.get(name);
    },
  };
}

function stepOutput(step: Step, sources: KnownSources): KnownValue | undefined {
  const { errorPolicy } = sources.workflow;
  // What stands in for a step that failed may look different.
  if (step.fallback !== undefined && errorPolicy.fallbackEnabled !== false) return undefined;
  const known = actionOutput(step, sources);
  if (step.forEach === undefined) return known;
  // Where other items go on, the output of one that failed is its error.
  const items = errorPolicy.mode === "fail_fast" ? (known?.schema ?? UNREADABLE) : UNREADABLE;
  return { ...known, name: `the output of "${step.id}"`, schema: { loose: false, type: ["array"], items } };
}

function actionOutput(step: Step, { tools, workflows }: KnownSources): KnownValue | undefined {
  const { action } = step;
  switch (action.kind) {
    case "tool": {
      const found = tools?.find(action);
      const schema = found?.outputSchema();
      return found === undefined || schema === undefined ? undefined : { schema, name: `the output of ${found.name}`, tool: found.name };
    }
    case "value":
      return { schema: templateSchema(action.value), name: `the output of "${step.id}"` };
    case "workflow": {
      const child = childOf(step, workflows);
      const name = `the output of the workflow "${action.workflow}"`;
      return child === undefined ? undefined : { schema: templateSchema(child.output ?? null, ["string", "null"]), name };
    }
    case "approval":
      return { schema: APPROVAL, name: `the output of "${step.id}", an approval,` };
    case "sleep":
      return undefined;
  }
}

/** Who approved and what they said is not always there, so it is read with `.?by` and `.?comment`. */
const APPROVAL: Schema = {
  loose: false,
  type: ["object"],
  properties: {
    approved: { loose: false, type: ["boolean"] },
    by: { loose: false, type: ["string"] },
    comment: { loose: false, type: ["string"] },
  },
  additionalProperties: false,
};
