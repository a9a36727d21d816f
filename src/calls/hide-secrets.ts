import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { CallError, CallOutcome, ServerAnswer } from "../model/call.ts";
import type { CallGate } from "../ports/tool-caller.ts";
import type { CallStage } from "./call-stage.ts";
import type { RememberedSecrets } from "./remember-secrets.ts";

/** Takes the values of secrets out of everything that comes back from a call, so that none gets into the journal or the news. */
export function hideSecrets(secrets: RememberedSecrets): CallStage {
  return async (call, next) => {
    const outcome = await next({ ...call, gate: hidingGate(call.gate, secrets) });
    return secrets.any ? hideInOutcome(outcome, secrets) : outcome;
  };
}

function hidingGate(gate: CallGate, secrets: RememberedSecrets): CallGate {
  return {
    sending: (machine) => gate.sending(machine),
    stage: (stage) => gate.stage(stage),
    progress: (progress) =>
      gate.progress(progress.message === undefined ? progress : { ...progress, message: secrets.hide(progress.message) }),
  };
}

function hideInOutcome(outcome: CallOutcome, secrets: RememberedSecrets): CallOutcome {
  if (outcome.kind === "succeeded") {
    const { answer } = outcome;
    return {
      ...outcome,
      output: hideInJson(outcome.output, secrets),
      ...(answer === undefined ? {} : { answer: hideInAnswer(answer, secrets) }),
    };
  }
  const { detail, ...told } = outcome.error;
  const error: CallError = { ...told, message: secrets.hide(told.message) };
  return { ...outcome, error: detail === undefined ? error : { ...error, detail: hideInJson(detail, secrets) } };
}

/** Whatever the values of secrets are, the answer keeps its own members and the kind of its error. */
function hideInAnswer({ meta, metadata, error }: ServerAnswer, secrets: RememberedSecrets): ServerAnswer {
  const hideMembers = <Whole extends object>(whole: Whole): Whole =>
    Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, hideInJson(value as Json, secrets)])) as Whole;
  return {
    meta: hideMembers(meta),
    ...(metadata === undefined ? {} : { metadata: hideMembers(metadata) }),
    ...(error === undefined ? {} : { error: { ...hideMembers(error), type: error.type } }),
  };
}

function hideInJson(value: Json, secrets: RememberedSecrets): Json {
  if (typeof value === "string") return secrets.hide(value);
  if (isJsonArray(value)) return value.map((element) => hideInJson(element, secrets));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [secrets.hide(key), hideInJson(member, secrets)]));
}
