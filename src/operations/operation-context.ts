import type { Identity } from "../model/access.ts";

/** What a handler is given beside its input and its ports. */
export interface OperationContext<Item = never> {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Tells one item of an operation that has some. Never throws. */
  readonly tell: (item: Item) => void;
  readonly caller: Caller;
}

/** Who asks. The surface says so, never the input. */
export interface Caller {
  /** From a verified token, or with `authMethod: "none"` the tenant of a single user's configuration. */
  readonly identity?: Identity;
}
