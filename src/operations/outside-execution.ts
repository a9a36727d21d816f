import type { Clock } from "../base/clock.ts";
import type { EnvelopeSource } from "../envelope/new-meta.ts";
import type { CallRequest } from "../model/call.ts";
import type { ToolCaller } from "../ports/tool-caller.ts";
import type { Caller } from "./operation-context.ts";
import { requestMeta } from "./request-meta.ts";

/** What it takes to use tools outside any execution. */
export interface OutsidePorts extends EnvelopeSource {
  readonly caller: ToolCaller;
  readonly clock: Clock;
}

/** The request of a call that is made once, in the name of whoever asks. */
export function outsideExecution(
  use: Pick<CallRequest, "server" | "tool" | "input" | "effect" | "timeoutMs">,
  caller: Caller,
  source: EnvelopeSource,
): CallRequest {
  const meta = requestMeta({}, caller.identity, source);
  const executionId = meta.requestId ?? source.ids.next();
  return {
    executionId,
    call: { step: use.tool },
    attempt: 1,
    attemptsMax: 1,
    ...use,
    secrets: [],
    idempotencyKey: executionId,
    meta,
    permissions: [],
  };
}
