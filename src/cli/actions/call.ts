import type { JsonObject } from "../../base/json.ts";
import { isJsonObject } from "../../base/json.ts";
import { callTool } from "../../contract/call-tool.ts";
import { TuttiError } from "../../model/errors.ts";
import { openSession, printDocument } from "../command-context.ts";
import type { CommandContext, CommonOptions } from "../command-context.ts";
import { readDuration } from "../read-duration.ts";
import { readPairs } from "../read-pairs.ts";
import { safeLines } from "../render/safe-text.ts";

export interface CallOptions extends CommonOptions {
  readonly jsonInput?: string;
  readonly timeout?: string;
}

/** `tutti call SERVER.TOOL [key=value...]` */
export async function call(context: CommandContext, name: string, pairs: readonly string[], options: CallOptions): Promise<number> {
  const at = name.indexOf(".");
  if (at <= 0 || at === name.length - 1) throw new TuttiError("usage", `a tool is named SERVER.TOOL, not "${name}"`, {});
  const input = {
    server: name.slice(0, at),
    tool: name.slice(at + 1),
    typedArguments: readPairs(pairs, "call"),
    ...(options.jsonInput === undefined ? {} : { arguments: readObject(options.jsonInput) }),
    ...(options.timeout === undefined ? {} : { timeoutMs: readDuration(options.timeout, "--timeout") }),
  };
  await using session = await openSession(context, "servers", options);
  const result = await session.client.call(callTool, input, { signal: context.signal });
  if (options.json === true) await printDocument(context, callTool, result);
  else context.terminal.out.write(`${printOutput(context, result.output)}\n`);
  return 0;
}

/** On a terminal nothing in it can do harm; in a pipe it is what the tool gave. */
function printOutput({ terminal }: CommandContext, output: unknown): string {
  const text = typeof output === "string" ? output : JSON.stringify(output, null, 2);
  return terminal.out.isTerminal ? safeLines(text).join("\n") : text;
}

function readObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TuttiError("usage", `--json-input takes a JSON object: ${(cause as Error).message}`, {}, { cause });
  }
  if (!isJsonObject(value)) throw new TuttiError("usage", `--json-input takes a JSON object, not ${text}`, {});
  return value;
}
