import type { JsonObject } from "../base/json.ts";

const template = { description: "A value; its strings may hold ${{ }}." } as const;
const duration: JsonObject = { type: ["string", "integer"], description: 'Such as "30s" or "5m"; a number alone is milliseconds.' };
const names: JsonObject = { type: ["array", "string"], items: { type: "string" } };

const toolUse: JsonObject = {
  tool: { type: "string", description: 'As "server.tool".' },
  with: { type: "object", description: "The arguments; their strings may hold ${{ }}." },
};

const retry: JsonObject = {
  type: "object",
  properties: {
    max_attempts: { type: "integer", minimum: 1, maximum: 100 },
    delay: duration,
    max_delay: duration,
    on: { ...names, description: "connection, timeout, rate_limit, server_error, tool_error." },
  },
  additionalProperties: false,
};

/** What a step does: one of these, or none for a step that is only held back and accepted. */
const ACTIONS: JsonObject = {
  tool: {
    type: "string",
    description:
      'Calls a tool of an MCP server, written "server.tool". A name that is not there comes back as a warning that says which are.',
  },
  server: { type: "string", description: 'The server of "tool", where "tool" does not begin with it.' },
  with: { type: "object", description: "The arguments of the tool or the inputs of the workflow; their strings may hold ${{ }}." },
  parameters: { type: "object", description: 'Another word for "with".' },
  approval: {
    type: "object",
    description: "Waits until a person agrees.",
    properties: { message: { type: "string", description: "What the person is asked." }, roles: names, timeout: duration },
    required: ["message"],
    additionalProperties: false,
  },
  sleep: { type: ["string", "integer"], description: 'Waits so long, such as "10m".' },
  until: { type: "string", description: 'Waits until a moment, such as "2026-12-24T18:00:00Z".' },
  workflow: { type: "string", description: "Runs the stored workflow with this id as a child; its inputs are in with." },
  value: { description: "Computes a value and calls nothing; strings may hold ${{ }}." },
};

const PURPOSE: JsonObject = {
  id: {
    type: "string",
    pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$",
    description: "The name by which other steps know it: ${{ steps.ID.output }}.",
  },
  name: { type: "string", description: "A title for people." },
  description: { type: "string" },
  type: {
    type: "string",
    enum: ["development", "integration", "validation", "deployment"],
    description: "The phase that the step belongs to.",
  },
  enforcement: {
    type: "string",
    enum: ["code-review", "startup-validation", "unit-tests"],
    description: "The gate before the step: it begins only when this has been passed. code-review asks a person.",
  },
  validation: {
    type: "string",
    enum: ["unit-tests", "integration-tests", "manual-review"],
    description: "How the step is accepted: it completes only when this has been passed. manual-review asks a person.",
  },
};

const ORDER: JsonObject = {
  dependencies: {
    ...names,
    description: "Ids of the steps that must complete before this one. Steps without any start at once, side by side.",
  },
  needs: { ...names, description: 'Another word for "dependencies".' },
  if: { type: "string", description: 'The step runs only when this expression is true, such as "steps.check.output.ok".' },
  for_each: { description: "Runs the step once for each item of a list or expression; reads item and index." },
  max_parallel: { type: "integer", minimum: 1, description: "How many items run at once." },
  target_machines: { ...names, description: 'The machines of which one shall do it; "local" is this one and the default, "*" is any.' },
  other_machines: { ...names, description: "The machines of which one does it when none of target_machines is there." },
  estimated_duration: { type: ["integer", "number", "string"], description: "How long it will probably take; a number alone is minutes." },
};

const FAILURE: JsonObject = {
  effect: {
    type: "string",
    enum: ["read", "idempotent", "once"],
    description:
      "What the call may do: change nothing, be repeated without harm, or act anew each time. By default what the tool says of itself.",
  },
  timeout: { ...duration, description: "How long one attempt may take; 30s if not given." },
  max_duration: { ...duration, description: "How long the step may take with all its attempts." },
  retry,
  verify: {
    type: "object",
    description: "Finds out whether a call whose answer was lost has taken effect.",
    properties: { ...toolUse, happened: { type: "string", description: "An expression over output." } },
    required: ["tool", "happened"],
  },
  compensate: {
    type: "object",
    description: "Undoes the step when a later one fails.",
    properties: { ...toolUse, retry, timeout: duration },
    required: ["tool"],
  },
  fallback: {
    type: "object",
    description: "What to do instead when the step has finally failed: a value or a tool.",
    properties: { ...toolUse, value: template },
  },
  on_error: { type: "string", enum: ["continue"], description: "A failure of this step undoes nothing." },
  validates: { type: "boolean", description: 'An answer with "valid: false" ends the execution before anything is changed.' },
  cache: {
    type: "object",
    properties: { ttl: duration },
    required: ["ttl"],
    description: "Reuses an earlier answer to the same arguments.",
  },
  permissions: { ...names, description: 'What whoever starts it must be allowed to do, such as "payments:charge".' },
  resources: {
    type: "object",
    description: "What the step occupies while it runs: gpu, gpu_memory, memory, cpu, api_calls, concurrent_jobs.",
  },
  leases: { type: "object", description: "How much it occupies of what servers share, by name." },
};

/** One step as a model writes it, as JSON Schema. What it holds is judged where all other definitions are. */
export const STEP_SCHEMA: JsonObject = {
  type: "object",
  properties: { ...PURPOSE, ...ACTIONS, ...ORDER, ...FAILURE },
  required: ["id"],
  additionalProperties: false,
};
