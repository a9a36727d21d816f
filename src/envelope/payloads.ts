import type { Json, JsonObject } from "../base/json.ts";

// Types and not interfaces, because only these are JSON objects to the compiler.

/** Asks for a workflow by the name of what it does (`process_order`). */
export type WorkflowRequest = {
  readonly operation: string;
  readonly parameters: JsonObject;
};

/** How a workflow ended (`completed`, `partial_success`, ...), and what came of it. */
export type WorkflowResponse = {
  readonly status: string;
  readonly results: Json;
};

/** Asks for one use of a tool. */
export type McpToolCall = {
  readonly tool: string;
  readonly parameters: JsonObject;
};

export type McpToolResponse = {
  readonly tool: string;
  readonly result: Json;
  readonly metadata?: JsonObject;
};

export type JsonRpcRequest = {
  readonly jsonrpc: "2.0";
  /** Absent in notifications. MCP forbids null. */
  readonly id?: string | number;
  readonly method: string;
  readonly params?: JsonObject;
};

export type JsonRpcResponse = {
  readonly jsonrpc: "2.0";
  readonly id: string | number;
  readonly result?: Json;
  readonly error?: JsonRpcError;
};

export type JsonRpcError = {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
};
