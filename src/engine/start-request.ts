import type { JsonObject } from "../base/json.ts";
import type { Meta } from "../envelope/meta.ts";
import type { ParentCall } from "../model/call.ts";
import type { ReusedStep } from "../model/event.ts";
import type { Plan } from "../model/plan.ts";

/** What is started. */
export interface StartRequest {
  readonly plan: Plan;
  /** Complete: defaults are already in. */
  readonly inputs: JsonObject;
  /** The same key always gives the same execution. At most 200 characters. */
  readonly requestKey?: string;
  readonly executionId?: string;
  readonly parent?: ParentCall;
  /** In place of the workflow's own time limit. */
  readonly timeoutMs?: number;
  /** For whom it runs, and what it belongs to. */
  readonly meta?: Meta;
  readonly retryOf?: { readonly executionId: string; readonly reused: readonly ReusedStep[] };
}
