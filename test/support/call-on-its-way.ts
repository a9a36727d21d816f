import type { Clock } from "../../src/base/clock.ts";
import { CallRecord } from "../../src/calls/call-record.ts";
import type { CallOnItsWay } from "../../src/calls/call-stage.ts";
import type { CallRequest } from "../../src/model/call.ts";
import { UNWATCHED } from "../../src/ports/tool-caller.ts";
import { callRequest } from "./call-request.ts";
import { ManualClock } from "./manual-clock.ts";

/** A call as a stage of the path gets it. */
export function callOnItsWay(
  request: Partial<CallRequest> = {},
  clock: Clock = new ManualClock(),
  more: Partial<CallOnItsWay> = {},
): CallOnItsWay {
  return {
    request: callRequest(request),
    meta: request.meta ?? {},
    gate: UNWATCHED,
    signal: new AbortController().signal,
    record: new CallRecord(clock),
    ...more,
  };
}
