import { isJsonObject, type Json, type JsonObject, jsonExceeds } from "../base/json.ts";
import { printSize } from "../base/size.ts";
import type { CallErrorKind, CallOutcome } from "../model/call.ts";
import { cutDetail, cutText } from "./cut-text.ts";
import type { ServerTool } from "./server-tool.ts";
import { OUTPUT_BYTES_MAX, outputOfResult, structuredOutput, textOfResult } from "./output-of-result.ts";
import type { OutputSchema } from "./output-schema.ts";

/**
 * The outcome of a call that the server has answered with a result. The caller adds the names of server and tool.
 *
 * @param tool - as it was listed; undefined when the server did not list it
 */
export function outcomeOfResult(result: unknown, tool: ServerTool | undefined): CallOutcome {
  if (!isJsonObject(result)) return failed("server_error", "the server answered with something that is no result", null);
  if (result["isError"] === true) return outcomeOfToolError(result, tool);
  const output = outputOfResult(result);
  if (jsonExceeds(output, OUTPUT_BYTES_MAX)) {
    return failed(
      "output_invalid",
      `the output has more than ${printSize(OUTPUT_BYTES_MAX)}, which is the most that one call may give`,
      null,
    );
  }
  const wrong = tool?.output === undefined ? undefined : schemaBreach(result, tool.output);
  return wrong === undefined ? { kind: "succeeded", output } : failed("output_invalid", wrong, cutDetail(output));
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

function outcomeOfToolError(result: JsonObject, tool: ServerTool | undefined): CallOutcome {
  const words = cutText(textOfResult(result).trim());
  const structured = result["structuredContent"];
  const detail = cutDetail({ content: result["content"] ?? [], ...(structured === undefined ? {} : { structuredContent: structured }) });
  // Most servers answer a call of an unknown tool like this, and only the list tells it from a failure of the tool.
  return failed(tool === undefined ? "not_found" : "tool_error", words === "" ? "the tool failed and did not say why" : words, detail);
}

function failed(kind: CallErrorKind, message: string, detail: Json): CallOutcome {
  return { kind: "failed", accepted: true, error: { kind, message, ...(detail === null ? {} : { detail }) } };
}
