import type { JsonObject } from "../base/json.ts";
import type { CallRef, CallRequest } from "../model/call.ts";
import type { EventBody } from "../model/event.ts";

/** What shall happen next: an event to be recorded, and what is done in the world once that is durable. */
export interface Decision {
  readonly event: EventBody;
  readonly effect?: Effect;
}

export type Effect =
  | { readonly type: "call"; readonly request: CallRequest }
  /** Start the child execution, or find it if an earlier process has. */
  | {
      readonly type: "child";
      readonly call: CallRef;
      readonly childId: string;
      readonly workflow: string;
      readonly inputs: JsonObject;
      readonly timeoutMs?: number;
    };

/** What a decision needs that is neither state nor pure. */
export interface DecisionContext {
  readonly nowMs: number;
  /** A new id for a child execution. */
  readonly newId: () => string;
}
