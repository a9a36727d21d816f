import type { Json, JsonObject } from "../base/json.ts";

/** Asks for a workflow by the name of what it does (`process_order`). */
export interface WorkflowRequest {
  readonly operation: string;
  readonly parameters: JsonObject;
}

/** How a workflow ended (`completed`, `partial_success`, ...), and what came of it. */
export interface WorkflowResponse {
  readonly status: string;
  readonly results: Json;
}

/** Asks for one use of a tool. */
export interface McpToolCall {
  readonly tool: string;
  readonly parameters: JsonObject;
}

export interface McpToolResponse {
  readonly tool: string;
  readonly result: Json;
  readonly metadata?: JsonObject;
}

export interface JsonRpcRequest {
  readonly jsonrpc: "2.0";
  /** Absent in notifications. MCP forbids null. */
  readonly id?: string | number;
  readonly method: string;
  readonly params?: JsonObject;
}

export interface JsonRpcResponse {
  readonly jsonrpc: "2.0";
  readonly id: string | number;
  readonly result?: Json;
  readonly error?: JsonRpcError;
}

export interface JsonRpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: Json;
}
