/** What a handler is given beside its input and its ports. */
export interface OperationContext<Item = never> {
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Tells one item of an operation that has some. Never throws. */
  readonly tell: (item: Item) => void;
}
