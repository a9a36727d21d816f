import { createInterface } from "node:readline/promises";

import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Answer, Question } from "./host.ts";
import { oneLine } from "./render/safe-text.ts";
import type { Terminal } from "./terminal.ts";

/** Asks the person at the terminal what a server wants to know. Ctrl-D cancels the question, Ctrl-C the command. */
export async function askOnTerminal(question: Question, terminal: Terminal, signal: AbortSignal): Promise<Answer> {
  using _suspended = terminal.suspend();
  const reader = createInterface({ input: terminal.input, output: terminal.err.stream });
  const closed = new AbortController();
  reader.once("close", () => closed.abort());
  // While lines are edited, the terminal hands Ctrl-C to the reader and not to the process.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const ask: Ask = (text) => reader.question(text, { signal: AbortSignal.any([signal, closed.signal]) });
  try {
    terminal.notice(`\n${oneLine(question.server)} asks: ${oneLine(question.message)}`);
    return question.url === undefined ? await askFields(question, terminal, ask) : await askToOpen(question.url, terminal, ask);
  } catch (error) {
    terminal.err.write("\n");
    signal.throwIfAborted();
    if (closed.signal.aborted) return { action: "cancel" };
    throw error;
  } finally {
    reader.close();
  }
}

/** Asks a question that Enter answers with yes. Ctrl-D says no. */
export async function askYesOrNo(question: string, terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  const reader = createInterface({ input: terminal.input, output: terminal.err.stream });
  const closed = new AbortController();
  reader.once("close", () => closed.abort());
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const answer = await reader.question(`${oneLine(question, 1_000)} [Y/n] `, { signal: AbortSignal.any([signal, closed.signal]) });
    return !/^n/i.test(answer.trim());
  } catch (error) {
    terminal.err.write("\n");
    signal.throwIfAborted();
    if (closed.signal.aborted) return false;
    throw error;
  } finally {
    reader.close();
  }
}

type Ask = (text: string) => Promise<string>;

async function askToOpen(url: string, terminal: Terminal, ask: Ask): Promise<Answer> {
  terminal.notice(`It wants you to open ${oneLine(url, 2_000)}`);
  const answer = await ask("Press Enter when that is done, or type n to decline: ");
  return /^n/i.test(answer.trim()) ? { action: "decline" } : { action: "accept" };
}

async function askFields({ schema }: Question, terminal: Terminal, ask: Ask): Promise<Answer> {
  const properties = schema?.["properties"];
  const required = schema?.["required"];
  const fields = Object.entries(isJsonObject(properties) ? properties : {});
  if (/^n/i.test((await ask(`Answer (${fields.length === 1 ? "1 field" : `${fields.length} fields`})? [Y/n] `)).trim()))
    return { action: "decline" };
  const content: Record<string, Json> = {};
  for (const [name, field] of fields) {
    const must = isJsonArray(required) && required.includes(name);
    const value = await askField(name, { field: isJsonObject(field) ? field : {}, must }, terminal, ask);
    if (value !== undefined) content[name] = value;
  }
  return { action: "accept", content };
}

async function askField(
  name: string,
  { field, must }: { readonly field: JsonObject; readonly must: boolean },
  terminal: Terminal,
  ask: Ask,
): Promise<Json | undefined> {
  const title = typeof field["title"] === "string" ? field["title"] : name;
  const choices = isJsonArray(field["enum"]) ? ` (${field["enum"].map(String).join(", ")})` : "";
  const preset = field["default"];
  const hint = preset === undefined ? (must ? "" : " (Enter leaves it out)") : ` [${JSON.stringify(preset)}]`;
  for (;;) {
    const text = (await ask(`${oneLine(title, 100)}${oneLine(choices, 300)}${hint}: `)).trim();
    if (text === "" && preset !== undefined) return preset;
    if (text === "" && !must) return undefined;
    const value = readField(text, field);
    if (value !== undefined) return value;
    terminal.notice(`That does not fit: it must be ${describeField(field)}.`);
  }
}

function readField(text: string, field: JsonObject): Json | undefined {
  if (isJsonArray(field["enum"])) return field["enum"].includes(text) ? text : undefined;
  switch (field["type"]) {
    case "boolean":
      if (/^(y|yes|true)$/i.test(text)) return true;
      return /^(n|no|false)$/i.test(text) ? false : undefined;
    case "integer":
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
    case "number":
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
    default:
      return text;
  }
}

function describeField(field: JsonObject): string {
  if (isJsonArray(field["enum"])) return `one of ${field["enum"].map(String).join(", ")}`;
  if (field["type"] === "boolean") return "yes or no";
  return field["type"] === "integer" ? "a whole number" : "a number";
}
