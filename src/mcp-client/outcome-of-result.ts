import { defined } from "../base/defined.ts";
import { isJsonObject, type Json, type JsonObject, jsonExceeds } from "../base/json.ts";
import { RETRY_AFTER_MAX_MS } from "../base/retry-delay.ts";
import { printSize } from "../base/size.ts";
import { encodeEnvelope } from "../envelope/envelope-codec.ts";
import type { EnvelopeError } from "../envelope/envelope-error.ts";
import { VARIANT_TRAITS } from "../envelope/variant-traits.ts";
import type { CallErrorKind, CallOutcome, ServerAnswer } from "../model/call.ts";
import { OUTPUT_BYTES_MAX } from "../model/output-bytes-max.ts";
import { cutDetail, cutText } from "./cut-text.ts";
import { outputOfResult, structuredOutput, textOfResult } from "./output-of-result.ts";
import type { OutputSchema } from "./output-schema.ts";
import { readAnswer } from "./read-answer.ts";
import type { ServerTool } from "./server-tool.ts";

/** What is known of a call when its result has come. */
export interface AnsweredCall {
  /** As it was listed; undefined when the server did not list it. */
  readonly tool: ServerTool | undefined;
  /** The `_meta` that it was sent with. */
  readonly sent: JsonObject;
  /** Is told what is wrong with the result and does no harm. */
  readonly note: (text: string) => void;
}

/** The outcome of a call that the server has answered with a result. The caller adds the names of server and tool. */
export function outcomeOfResult(result: unknown, call: AnsweredCall): CallOutcome {
  if (!isJsonObject(result)) return failed("server_error", "the server answered with something that is no result", null);
  if (result["resultType"] === "input_required") return outcomeOfQuestion(result);
  const reading = readAnswer(result, call.sent);
  if (reading.kind === "foreign") {
    // A server that mixes up its tenants here may have mixed up their data as well.
    return failed("output_invalid", `the server answered for another tenant ("${cutText(reading.tenant)}") than it was asked for`, null);
  }
  if (reading.kind === "unusable") call.note(`the envelope of its answer is ignored: ${reading.reason}`);
  const answer = reading.kind === "answer" ? cutAnswer(reading.answer) : undefined;
  if (result["isError"] !== true) return outcomeOfOutput(result, call.tool, answer);
  const failure = outcomeOfToolError(result, call.tool);
  return answer?.error === undefined ? failure : withServerError(failure, answer.error);
}

/** Neither a success nor an error. Those that can be answered never come here: the client of the SDK has dealt with them. */
function outcomeOfQuestion({ inputRequests = {} }: JsonObject): FailedCall {
  const detail = cutDetail({ resultType: "input_required", inputRequests });
  return failed("tool_error", "the server wants to know something before it goes on, and nobody could be asked", detail);
}

function outcomeOfOutput(result: JsonObject, tool: ServerTool | undefined, answer: ServerAnswer | undefined): CallOutcome {
  const output = outputOfResult(result);
  if (jsonExceeds(output, OUTPUT_BYTES_MAX)) {
    return failed(
      "output_invalid",
      `the output has more than ${printSize(OUTPUT_BYTES_MAX)}, which is the most that one call may give`,
      null,
    );
  }
  const wrong = tool?.output === undefined ? undefined : schemaBreach(result, tool.output);
  if (wrong !== undefined) return failed("output_invalid", wrong, cutDetail(output));
  return { kind: "succeeded", output, ...defined({ answer }) };
}

/** Text that is JSON of the right form is taken for the structured content that an older server does not send. */
function schemaBreach(result: JsonObject, schema: OutputSchema): string | undefined {
  const structured = structuredOutput(result);
  const wrong = structured === undefined ? "there is none" : schema.check(structured);
  if (wrong === undefined) return undefined;
  return result["structuredContent"] === undefined
    ? "the tool declares an output schema, but it answered without structured content"
    : `the output does not match the tool's own output schema: ${wrong}`;
}

function outcomeOfToolError(result: JsonObject, tool: ServerTool | undefined): FailedCall {
  const words = cutText(textOfResult(result).trim());
  const structured = result["structuredContent"];
  const detail = cutDetail({ content: result["content"] ?? [], ...(structured === undefined ? {} : { structuredContent: structured }) });
  // Most servers answer a call of an unknown tool like this, and only the list tells it from a failure of the tool.
  return failed(tool === undefined ? "not_found" : "tool_error", words === "" ? "the tool failed and did not say why" : words, detail);
}

/** The same failure, with what the error of the envelope says of it. It is kept beside the content, which may have been cut. */
function withServerError(outcome: FailedCall, error: EnvelopeError): FailedCall {
  const { kind, detail } = outcome.error;
  const retryAfterMs = error.retryAfter === undefined ? undefined : Math.min(RETRY_AFTER_MAX_MS, Math.round(error.retryAfter * 1_000));
  const told = {
    kind: kind === "tool_error" ? kindOfError(error) : kind,
    message: error.message,
    detail: { ...(isJsonObject(detail) ? detail : {}), error: encodeEnvelope({ meta: {}, error })["error"] ?? null },
  };
  return { ...outcome, error: { ...outcome.error, ...told }, ...defined({ retryAfterMs }) };
}

const TOO_MANY_REQUESTS = 429;

/**
 * What the error of an envelope means for repeating the call. Those that pass by themselves, after a while, are faults of
 * a server; all others are the tool's no. Either way the call was answered, so that it is over.
 */
function kindOfError(error: EnvelopeError): CallErrorKind {
  if (error.httpStatusCode === TOO_MANY_REQUESTS) return "rate_limit";
  const { retryClass } = VARIANT_TRAITS[error.type];
  return retryClass === "exponential" || retryClass === "linear" ? "server_error" : "tool_error";
}

/** Errors go into the journal, and a person reads them. */
function cutAnswer({ error, ...rest }: ServerAnswer): ServerAnswer {
  if (error === undefined) return rest;
  const { details, trace, ...told } = error;
  const cut = defined({
    details: details === undefined ? undefined : cutDetail(details),
    trace: trace === undefined ? undefined : cutText(trace),
  });
  return { ...rest, error: { ...told, ...cut, code: cutText(told.code), message: cutText(told.message) } };
}

type FailedCall = CallOutcome & { readonly kind: "failed" };

function failed(kind: CallErrorKind, message: string, detail: Json): FailedCall {
  return { kind: "failed", accepted: true, error: { kind, message, ...(detail === null ? {} : { detail }) } };
}
