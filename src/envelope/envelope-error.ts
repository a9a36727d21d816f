import type { Json } from "../base/json.ts";
import type { ErrorVariant } from "./error-variant.ts";

/** What went wrong, as an envelope carries it. */
export interface EnvelopeError {
  /** The kind of error; on the wire `type`. */
  readonly type: ErrorVariant;
  /** For programs: `VALIDATION_FAILED`, or a code of the sender such as `execution.not-found`. */
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
  readonly trace?: string;
  /** 400 to 599. */
  readonly httpStatusCode?: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
}
