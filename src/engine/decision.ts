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

/**
 * The order in which effects begin: where a server has only few places, those on which most of the execution waits get
 * them. The items of a list stay in their order, and children begin first, because they cost nothing themselves.
 */
export function mostUrgentFirst(effects: readonly Effect[]): readonly Effect[] {
  return effects.length < 2 ? effects : effects.toSorted((left, right) => restOf(right) - restOf(left));
}

function restOf(effect: Effect): number {
  return effect.type === "child" ? Number.MAX_VALUE : (effect.request.remainingMs ?? 0);
}
