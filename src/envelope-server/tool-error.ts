import { defined } from "../base/defined.ts";
import type { Json } from "../base/json.ts";
import { ContextError } from "../envelope/context-error.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { ErrorVariant } from "../envelope/error-variant.ts";
import { VARIANT_TRAITS } from "../envelope/variant-traits.ts";

/** What a tool says of its failure beside the message. */
export interface ToolErrorOptions {
  /** The kind of error, which decides whether trying again makes sense. Default `McpToolExecution`: the tool said no. */
  readonly type?: ErrorVariant;
  /** For programs. Default: the one of the kind, such as `MCP_TOOL_FAILED`. */
  readonly code?: string;
  readonly details?: Json;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  /** 400 to 599. */
  readonly httpStatusCode?: number;
  /** Not told to anybody. */
  readonly cause?: unknown;
}

/**
 * What a tool throws to say no. Message, code and details go to whoever called; of any other error that a tool throws,
 * nobody is told more than that the tool failed.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly error: EnvelopeError;

  constructor(message: string, options: ToolErrorOptions = {}) {
    const { type = "McpToolExecution", code = VARIANT_TRAITS[type].code, details, retryAfter, httpStatusCode, cause } = options;
    super(message, { cause });
    this.error = { type, code, message, ...defined({ details, retryAfter, httpStatusCode }) };
  }
}

/** What may be told of an error that a tool threw; undefined when nothing may. */
export function toldError(error: unknown): EnvelopeError | undefined {
  if (error instanceof ToolError) return error.error;
  return error instanceof ContextError ? new ToolError(error.message, { type: error.variant }).error : undefined;
}
