import { type ElicitRequest, type ElicitResult, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/client";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { ElicitationQuestion, Elicitor } from "../ports/elicitation.ts";
import type { LiveCall } from "./live-call.ts";

/**
 * Answers `elicitation/create` by asking a person. The calls in flight wait meanwhile.
 *
 * When nobody can be asked, the server gets an error: with a mere "cancel" many would call it a day and report success.
 *
 * @param calls - those of the connection; over a pipe nothing tells which of them the question belongs to
 */
export async function answerElicitation(
  question: ElicitationQuestion,
  elicitor: Elicitor,
  calls: ReadonlySet<LiveCall>,
  signal: AbortSignal,
): Promise<ElicitResult> {
  const waiting = [...calls];
  using wanted = whileAnyIsWanted(waiting, signal);
  for (const call of waiting) call.hold();
  try {
    const answer = await elicitor.ask(question, wanted.signal);
    if (answer === undefined) {
      for (const call of waiting) call.unanswered = question.message;
      throw new ProtocolError(ProtocolErrorCode.InternalError, nobodyCanBeAsked(question.message));
    }
    return answer.action === "accept"
      ? { action: "accept", content: formContent({ ...defaultsOf(question), ...answer.content }) }
      : { action: answer.action };
  } finally {
    for (const call of waiting) call.release();
  }
}

/** A signal that aborts also when all calls have been given up that the answer could be for. */
function whileAnyIsWanted(calls: readonly LiveCall[], signal: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const look = (): void => {
    if (signal.aborted || (calls.length > 0 && calls.every((call) => call.signal.aborted))) controller.abort(signal.reason);
  };
  const signals = [signal, ...calls.map((call) => call.signal)];
  for (const one of signals) one.addEventListener("abort", look, { once: true });
  look();
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const one of signals) one.removeEventListener("abort", look);
    },
  };
}

/** The error of a call whose server wanted to ask. */
export function nobodyCanBeAsked(question: string): string {
  return `the server wanted to ask "${question}", and nobody could be asked`;
}

/** What is to be asked, from the parameters that the server sent. */
export function readQuestion(server: string, params: ElicitRequest["params"]): ElicitationQuestion {
  if ("url" in params) return { server, message: params.message, url: params.url };
  const schema: unknown = params.requestedSchema;
  return { server, message: params.message, ...(isJsonObject(schema) ? { schema } : {}) };
}

/** What the server proposes for fields that were left as they are. */
function defaultsOf({ schema }: ElicitationQuestion): JsonObject {
  const fields = schema?.["properties"];
  if (!isJsonObject(fields)) return {};
  const proposed = Object.entries(fields).flatMap(([name, field]): readonly (readonly [string, Json])[] =>
    isJsonObject(field) && field["default"] !== undefined ? [[name, field["default"]]] : [],
  );
  return Object.fromEntries(proposed);
}

/** Forms are flat: the protocol knows no other values. */
function formContent(content: JsonObject): NonNullable<ElicitResult["content"]> {
  const flat: NonNullable<ElicitResult["content"]> = {};
  for (const [field, value] of Object.entries(content)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") flat[field] = value;
    else if (Array.isArray(value)) flat[field] = value.filter((entry) => typeof entry === "string");
  }
  return flat;
}
