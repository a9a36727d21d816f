import type { Json, JsonObject } from "../base/json.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { McpToolCall, McpToolResponse } from "../envelope/payloads.ts";

/** A tool that takes and gives envelopes. Made by `defineEnvelopeTool`. */
export interface EnvelopeTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** Of its arguments. */
  readonly schema: JsonObject;
  /** Of its result. */
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  /**
   * Checks the call and makes it. A refusal is in the envelope that it gives.
   *
   * @throws whatever the tool throws that is no `ToolError`: a fault of the tool, of which its caller is told nothing
   */
  execute(envelope: Envelope<McpToolCall>, call: RunningCall): Promise<Envelope<McpToolResponse>>;
}

/** What a tool says of its effects. Hints: a client may ignore them. */
export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** A call with its arguments checked. */
export interface ToolEnvelope<Parameters = JsonObject> extends Envelope<unknown> {
  readonly data: { readonly tool: string; readonly parameters: Parameters };
}

/** A result as it is, or in an envelope. Of the result, what `JSON.stringify` makes of it is sent; undefined stands for null. */
export type ToolAnswer = Envelope<McpToolResponse> | Json | object | undefined;

/** A call while it is under way. */
export interface RunningCall {
  /** Aborts when whoever called has given up, or is gone. */
  readonly signal: AbortSignal;
  /**
   * The same for all attempts of a call, and another one for every other call, tool and tenant: `tenant/tool/key`.
   * Absent when the caller sent no key.
   */
  readonly idempotencyKey?: string;
  /** Tells the caller how far it is; lost when the caller did not ask for it. */
  readonly progress: (progress: ToolProgress) => void;
}

export interface ToolProgress {
  /** Grows with every notification. */
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
}
