import { machineOf } from "../model/replica.ts";
import type { CallStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";

/** Lets the engine make durable that the call is about to be sent, and takes its no for an answer. */
export const askToSend: CallStage = async (call, next) => {
  try {
    await call.gate.sending(call.connection === undefined ? undefined : machineOf(call.connection));
  } catch {
    return notSent(call.request, "the call was no longer wanted");
  }
  if (call.signal.aborted) return notSent(call.request, "the call was cancelled before it was sent");
  return await next(call);
};
