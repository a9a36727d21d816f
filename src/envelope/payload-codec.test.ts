import { expect, test } from "vitest";
import type * as z from "zod";
import type { Json } from "../base/json.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import {
  jsonRpcRequest,
  jsonRpcResponse,
  mcpToolCall,
  mcpToolResponse,
  payloadJsonSchema,
  withPayload,
  workflowRequest,
  workflowResponse,
} from "./payload-codec.ts";

const schemas: Readonly<Record<string, z.ZodType>> = {
  workflowRequest,
  workflowResponse,
  mcpToolCall,
  mcpToolResponse,
  jsonRpcRequest,
  jsonRpcResponse,
};

test.each<{ readonly schema: string; readonly data: Json }>([
  { schema: "workflowRequest", data: { operation: "process_order", parameters: { orderId: 1 } } },
  { schema: "workflowResponse", data: { status: "completed", results: null } },
  { schema: "mcpToolCall", data: { tool: "charge", parameters: {} } },
  { schema: "mcpToolResponse", data: { tool: "charge", result: null } },
  { schema: "mcpToolResponse", data: { tool: "charge", result: [1], metadata: { execution_time: 5 } } },
  { schema: "jsonRpcRequest", data: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "x" } } },
  { schema: "jsonRpcRequest", data: { jsonrpc: "2.0", method: "notifications/initialized" } },
  { schema: "jsonRpcResponse", data: { jsonrpc: "2.0", id: "a", result: null } },
  { schema: "jsonRpcResponse", data: { jsonrpc: "2.0", id: "a", error: { code: -32_601, message: "no", data: null } } },
])("$data is a $schema", ({ schema, data }) => {
  expect(withPayload({ meta: { tenant: "acme" }, data }, present(schema))).toEqual({ meta: { tenant: "acme" }, data });
});

test.each<{ readonly schema: string; readonly data: Json; readonly problems: readonly string[] }>([
  { schema: "workflowRequest", data: null, problems: ["data: must be an object"] },
  {
    schema: "workflowRequest",
    data: { operation: " ", parameters: [] },
    problems: ['data.operation: must not be empty, not " "', "data.parameters: must be an object"],
  },
  { schema: "workflowResponse", data: { status: "completed" }, problems: ["data.results: must be a JSON value, and is missing"] },
  { schema: "mcpToolCall", data: { parameters: {} }, problems: ["data.tool: must be text, and is missing"] },
  { schema: "mcpToolResponse", data: { tool: "x", result: 1, metadata: 1 }, problems: ["data.metadata: must be an object, not 1"] },
  { schema: "jsonRpcRequest", data: { jsonrpc: "1.0", method: "x" }, problems: ['data.jsonrpc: must be "2.0", not "1.0"'] },
  {
    schema: "jsonRpcRequest",
    data: { jsonrpc: "2.0", id: null, method: "x" },
    problems: ["data.id: must be text or a whole number"],
  },
  { schema: "jsonRpcResponse", data: { jsonrpc: "2.0", id: 1 }, problems: ["data: must have either result or error"] },
  {
    schema: "jsonRpcResponse",
    data: { jsonrpc: "2.0", id: 1, result: 1, error: { code: 1, message: "m" } },
    problems: ["data: must have either result or error"],
  },
])("$data is no $schema", ({ schema, data, problems }) => {
  expect(problemsOf(data, present(schema))).toEqual(problems);
});

test("an envelope without data tells of an error, and stays as it is", () => {
  const envelope = { meta: {}, error: { type: "Internal", code: "X", message: "m" } } as const;
  expect(withPayload(envelope, workflowResponse)).toEqual(envelope);
});

test.each(Object.keys(schemas))("%s has a JSON Schema", (name) => {
  expect(payloadJsonSchema(present(name))).toMatchObject({ type: "object", required: expect.arrayContaining([]) as unknown });
});

function present(name: string): z.ZodType {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`no schema is named ${name}`);
  return schema;
}

function problemsOf(data: Json, schema: z.ZodType): readonly string[] {
  try {
    withPayload({ meta: {}, data }, schema);
  } catch (error) {
    if (error instanceof EnvelopeInvalidError) return error.problems;
    throw error;
  }
  return [];
}
