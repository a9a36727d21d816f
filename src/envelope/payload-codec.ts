import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";
import { describeIssue } from "./describe-issue.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { Envelope } from "./envelope.ts";
import { json, jsonObject, text, words } from "./meta-fields.ts";
import type {
  JsonRpcError,
  JsonRpcRequest,
  JsonRpcResponse,
  McpToolCall,
  McpToolResponse,
  WorkflowRequest,
  WorkflowResponse,
} from "./payloads.ts";
import { section } from "./section.ts";
import { snakeSchema } from "./snake-schema.ts";

/**
 * The same envelope, its data known to be what the schema says. One without data, which only tells of an error, is left
 * as it is.
 *
 * @param schema - one of this file, or any other
 * @throws EnvelopeInvalidError with all problems of the data
 */
export function withPayload<T>({ data, ...others }: Envelope<Json>, schema: z.ZodType<T>): Envelope<T> {
  if (data === undefined) return others;
  const parsed = schema.safeParse(data, { reportInput: true });
  if (parsed.success) return { ...others, data: parsed.data };
  throw new EnvelopeInvalidError(parsed.error.issues.map((issue) => describeIssue(issue, "data")));
}

export const workflowRequest: z.ZodType<WorkflowRequest> = section<WorkflowRequest>({ operation: words, parameters: jsonObject }, {});

export const workflowResponse: z.ZodType<WorkflowResponse> = section<WorkflowResponse>({ status: words, results: json }, {});

export const mcpToolCall: z.ZodType<McpToolCall> = section<McpToolCall>({ tool: words, parameters: jsonObject }, {});

export const mcpToolResponse: z.ZodType<McpToolResponse> = section<McpToolResponse>(
  { tool: words, result: json },
  { metadata: jsonObject },
);

/** MCP allows no null and no fractions, and JSON-RPC advises against them. */
const rpcId: z.ZodType<string | number> = z.union([z.string(), z.int()], "must be text or a whole number");

export const jsonRpcRequest: z.ZodType<JsonRpcRequest> = section<JsonRpcRequest>(
  { jsonrpc: z.literal("2.0"), method: words },
  { id: rpcId, params: jsonObject },
);

const jsonRpcError: z.ZodType<JsonRpcError> = section<JsonRpcError>({ code: z.int(), message: text }, { data: json });

export const jsonRpcResponse: z.ZodType<JsonRpcResponse> = section<JsonRpcResponse>(
  { jsonrpc: z.literal("2.0"), id: rpcId },
  { result: json, error: jsonRpcError },
).refine((response) => (response.result === undefined) !== (response.error === undefined), "must have either result or error");

/** The JSON Schema (2020-12) of a payload, for `envelopeJsonSchema` and for whoever describes a tool. */
export function payloadJsonSchema(schema: z.ZodType): JsonObject {
  return snakeSchema(schema);
}
