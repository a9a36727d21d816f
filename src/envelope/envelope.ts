import type { EnvelopeError } from "./envelope-error.ts";
import type { Meta } from "./meta.ts";

/**
 * The wrapper around every message. It has data, an error, or both: data with an error is a partial success.
 *
 * On the wire it is `{ "meta": {...}, "data": ..., "error": {...} }`, in snake_case.
 */
export interface Envelope<T> {
  readonly meta: Meta;
  readonly data?: T;
  readonly error?: EnvelopeError;
}
