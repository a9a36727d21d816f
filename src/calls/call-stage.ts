import type { Meta } from "../envelope/meta.ts";
import type { CallOutcome, CallRequest } from "../model/call.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import type { CallRecord } from "./call-record.ts";

/** One call on its way. A stage may change the request it hands on. */
export interface CallOnItsWay {
  readonly request: CallRequest;
  /** Of this one call: a child of the meta that the execution was started with. */
  readonly meta: Meta;
  readonly gate: CallGate;
  readonly signal: AbortSignal;
  /** Where its time goes. */
  readonly record: CallRecord;
  /** The connection that it is sent over; before one is chosen, none. */
  readonly connection?: string;
}

export type NextStage = (call: CallOnItsWay) => Promise<CallOutcome>;

/** One job on the path of a call: it answers itself, or hands the call on and may look at the answer. */
export type CallStage = (call: CallOnItsWay, next: NextStage) => Promise<CallOutcome>;
