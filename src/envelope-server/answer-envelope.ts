import { defined } from "../base/defined.ts";
import { isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import type { Envelope } from "../envelope/envelope.ts";
import { ERROR_VARIANTS } from "../envelope/error-variant.ts";
import type { McpToolResponse } from "../envelope/payloads.ts";
import type { ToolAnswer, ToolEnvelope } from "./envelope-tool.ts";
import type { ToolSchema } from "./tool-schema.ts";

/** What a tool has to say when a result alone is not enough. */
export interface AnswerParts {
  /** What `JSON.stringify` makes of it is sent. */
  readonly result: Json | object | undefined;
  /** Facts about the result, such as a number of rows. */
  readonly metadata?: JsonObject;
  /** What could not be done; the result is then a part of what was asked. */
  readonly error?: EnvelopeError;
}

/** The envelope that answers a call, for tools that say more than their result. */
export function answerEnvelope(call: ToolEnvelope<unknown>, parts: AnswerParts): Envelope<McpToolResponse> {
  const { result, metadata, error } = parts;
  const data = { tool: call.data.tool, result: asJson(result), ...defined({ metadata }) };
  return { meta: call.meta, data, ...defined({ error }) };
}

/**
 * Puts what a tool gave into an envelope, unless it is in one.
 *
 * @throws Error - the result is no JSON, or not what the tool's own output schema says
 */
export async function envelopeOf(
  call: ToolEnvelope<unknown>,
  answer: ToolAnswer,
  output: ToolSchema | undefined,
): Promise<Envelope<McpToolResponse>> {
  const envelope = isAnswer(answer, call.data.tool) ? answer : answerEnvelope(call, { result: answer });
  const { data, error } = envelope;
  if (data === undefined) return { meta: envelope.meta, ...defined({ error }) };
  const result = asJson(data.result);
  const verdict = await output?.check(result);
  if (verdict?.problems !== undefined) throw new Error(`the result is not what the output schema says: ${verdict.problems.join("; ")}`);
  return { meta: envelope.meta, data: { ...data, result }, ...defined({ error }) };
}

/** Told by its form, as strictly as can be: a result of a tool may well have members that are named `meta` and `data`. */
function isAnswer(answer: ToolAnswer, tool: string): answer is Envelope<McpToolResponse> {
  if (!isJsonObject(answer) || !isJsonObject(answer["meta"])) return false;
  if (!Object.keys(answer).every((key) => key === "meta" || key === "data" || key === "error")) return false;
  const { data, error } = answer;
  const goodData = data === undefined || (isJsonObject(data) && data["tool"] === tool && Object.hasOwn(data, "result"));
  const goodError = error === undefined || (isJsonObject(error) && ERROR_VARIANTS.some((variant) => variant === error["type"]));
  return goodData && goodError && (data !== undefined || error !== undefined);
}

/** What arrives at the other end, so that it can be checked here. */
function asJson(result: Json | object | undefined): Json {
  const text = JSON.stringify(result ?? null) as string | undefined;
  return text === undefined ? null : (JSON.parse(text) as Json);
}
