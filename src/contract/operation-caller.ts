import type { Json } from "../base/json.ts";
import type { Operation } from "./operation.ts";

/** Carries operations out for one caller, who has been let in. */
export interface OperationCaller {
  /** @throws TuttiError - the refusal of the operation */
  call<Input, Output, Item>(
    operation: Operation<Input, Output, Item>,
    input: Input,
    options: { readonly signal: AbortSignal; readonly tell?: (item: Item) => void },
  ): Promise<Output>;

  /**
   * The same with the documents of a wire.
   *
   * @throws TuttiError `usage` - there is no such operation, or the document is not what it takes
   */
  callByName(
    name: string,
    document: unknown,
    options: { readonly signal: AbortSignal; readonly tell?: (item: Json) => void },
  ): Promise<Json>;
}

/** Somebody who has been let in. */
export interface AdmittedCaller {
  /** Who it is, for limits and sessions: equal for the same user of the same tenant, and for nobody else. */
  readonly key: string;
  readonly tenant?: string;
  readonly operations: OperationCaller;
}

/** Lets in whoever comes to a surface. */
export interface OperationGate {
  /** Whether callers have to say who they are. Without it, only this machine may reach a surface. */
  readonly asks: boolean;
  /**
   * @param credential - a token, or an API key; undefined when none was shown
   * @throws TuttiError `identity.invalid`, `tenant.invalid`, `access.denied`
   */
  admit(credential: string | undefined, signal: AbortSignal): Promise<AdmittedCaller>;
}
