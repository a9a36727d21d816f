import type { Operation } from "../contract/operation.ts";

/** Calls operations, wherever they are carried out. */
export interface OperationClient {
  /**
   * @throws TuttiError - the refusal of the operation
   * @throws the signal's reason, when it aborts
   */
  call<Input, Output, Item>(operation: Operation<Input, Output, Item>, input: Input, options: CallOptions<Item>): Promise<Output>;
}

export interface CallOptions<Item = never> {
  readonly signal: AbortSignal;
  /** Is told the items of an operation that has some. Must return at once and never throw. */
  readonly tell?: (item: Item) => void;
}
