import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { STEP_SCHEMA } from "./step-schema.ts";

/** The pattern of workflow ids, as JSON Schema has it. */
export const WORKFLOW_ID_PATTERN = "^[a-z0-9][a-z0-9_-]{0,99}$";

/** The id of a stored workflow. */
export const workflowId: z.ZodType<string> = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: 'The id of a stored workflow, such as "deploy-api". list_workflows shows them.' });

/** In characters. */
export const REQUEST_KEY_LENGTH_MAX = 200;

/** Makes a change happen once: see `StartExecutionInput`. */
export const requestKey: z.ZodType<string> = z.string().min(1).max(REQUEST_KEY_LENGTH_MAX).meta({
  description: "Any text of your own: a request that is sent again with the same key is not carried out again, and gets the same answer.",
});

/**
 * The keys of a workflow as a JSON Schema for whoever writes one. Their values are not checked here, but where files are
 * read too: whoever made five mistakes shall hear of five, each with its place.
 */
const MEMBERS: Readonly<Record<string, JsonObject>> = {
  workflow_id: {
    type: "string",
    pattern: WORKFLOW_ID_PATTERN,
    description: 'The name of the workflow for everybody, such as "deploy-api"; it must not be taken.',
  },
  name: { type: "string", description: "A title for people." },
  description: { type: "string", description: "What the workflow is for." },
  pattern: { type: "string", description: "The pattern that it follows, if any; list_patterns shows some." },
  steps: {
    type: "array",
    items: STEP_SCHEMA,
    description:
      "What is done, at most 10,000 steps. Each has an id and one of tool, approval, sleep, until, workflow, value; or none, with type, enforcement or validation. " +
      "Empty makes a draft, which cannot be executed yet.",
  },
  inputs: {
    type: "object",
    additionalProperties: { type: "object" },
    description:
      'What an execution is given, a JSON Schema by name: {"target": {"type": "string"}}. Read as ${{ inputs.target }}; required unless it has a default.',
  },
  output: { description: 'The result of an execution, such as {"url": "${{ steps.deploy.output.url }}"}.' },
  error_policy: {
    type: ["string", "object"],
    description:
      "What happens when a step has finally failed: fail_fast (stop and undo; the default), allow_partial (go on where possible), best_effort (older or default answers stand in).",
  },
  timeout: { type: ["string", "integer"], description: 'Ends an execution that takes longer, such as "2h".' },
  finally: { type: "array", items: { type: "object" }, description: "Steps that run at the end, after success, failure and cancellation." },
  concurrency: {
    type: "object",
    description: 'Limits how many executions run at once: {"group": "deploy-${{ inputs.target }}", "limit": 1, "on_conflict": "queue"}.',
  },
  expose: { type: "boolean", description: "Whether the workflow is offered as a tool of its own." },
  priority: {
    type: "integer",
    minimum: 1,
    maximum: 10,
    description: "Where its calls are ordered among those that wait: the greatest first; 5 if not given.",
  },
  on: { type: "object", description: 'What starts it by itself: {"schedule": "0 7 * * *"}.' },
  metadata: { type: "object", description: "Anything; it is kept." },
  version: { type: "string", description: 'A version of your own, as text, such as "1.2.0".' },
};

const REQUIRED: ReadonlySet<string> = new Set(["workflow_id", "steps"]);

/** What a definition comes with when it is stored. */
export interface DefinitionInput {
  /** The keys of a workflow file, in any spelling that one may have. */
  readonly definition: JsonObject;
  readonly requestKey?: string;
}

/**
 * The keys of a workflow beside the other members of an input, as one object.
 *
 * @param others - by their name on the wire
 */
export function definitionInput<T extends DefinitionInput>(
  others: Readonly<Record<string, { readonly inside: keyof T & string; readonly schema: z.ZodType }>>,
): z.ZodType<T> {
  const shape: Record<string, z.ZodType> = {};
  for (const [key, schema] of Object.entries(MEMBERS)) {
    // Even what is required may be missing here: it is missed with all the rest.
    shape[key] = z.unknown().meta(schema).optional();
  }
  for (const [key, { schema }] of Object.entries(others)) shape[key] = schema;
  const document = z.looseObject(shape).meta({ required: [...REQUIRED] });
  return z.codec(
    document,
    z.custom<T>((value) => value !== undefined),
    {
      decode: (given) => {
        const inside: Record<string, unknown> = {};
        const definition: Record<string, Json> = {};
        for (const [key, value] of Object.entries(given)) {
          const other = others[key];
          if (other !== undefined) inside[other.inside] = value;
          else if (value !== undefined) definition[key] = value as Json;
        }
        return { ...inside, definition: withoutFacts(definition) } as unknown as T;
      },
      encode: (input) => {
        const wire: Record<string, unknown> = { ...input.definition };
        for (const [key, { inside }] of Object.entries(others)) if (input[inside] !== undefined) wire[key] = input[inside];
        return wire;
      },
    },
  );
}

/**
 * What `get_workflow` gave may be changed and sent back: what it says beside the definition is left out here or ignored by
 * whoever reads it.
 */
function withoutFacts(document: Readonly<Record<string, Json>>): JsonObject {
  if (document["created_at"] === undefined) return document;
  const { latest_execution: _execution, version, version_label: label, ...rest } = document;
  const own = label ?? (typeof version === "number" ? undefined : version);
  return { ...rest, ...(own === undefined ? {} : { version: own }) };
}
