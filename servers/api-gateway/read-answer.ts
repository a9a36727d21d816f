import { type Json, ToolError } from "tutti/server";
import { changeTexts } from "../kit/change-texts.ts";
import type { GuardedAnswer } from "../kit/http/guarded-fetch.ts";
import { jsonDepth } from "../kit/json-depth.ts";
import type { SecretWords } from "./secret-words.ts";

const DEPTH_MAX = 60;
const REASON_CHARACTERS_MAX = 200;

/** What is in an answer, without our secrets: an API may tell back what it was asked with. Text that is no JSON is `{text}`. */
export function readAnswer({ headers, body }: GuardedAnswer, secrets: SecretWords): Json {
  // Without the mark that some put before it.
  const text = new TextDecoder().decode(body);
  if (text.trim() === "") return null;
  if (!/json/i.test(headers["content-type"] ?? "") && !/^\s*[[{]/.test(text)) return { text: secrets.hide(text) };
  if (jsonDepth(text) > DEPTH_MAX) throw transformation(`it is nested more than ${DEPTH_MAX} deep`);
  return changeTexts(parsed(text), (plain) => secrets.hide(plain));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw transformation("it is no JSON");
  }
}

/** Why an API says that it has failed, if it says so where many do. */
export function reasonIn(answer: GuardedAnswer, secrets: SecretWords): string {
  try {
    const read = readAnswer(answer, secrets);
    const words =
      typeof read === "object" && read !== null && !Array.isArray(read) ? wordsIn(read as Readonly<Record<string, Json>>) : undefined;
    return words === undefined ? "" : `: ${words.replaceAll(/\s+/g, " ").slice(0, REASON_CHARACTERS_MAX)}`;
  } catch {
    return "";
  }
}

function wordsIn(answer: Readonly<Record<string, Json>>): string | undefined {
  for (const name of ["message", "detail", "error_description", "title", "error"]) {
    const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (typeof value === "string") return value;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return wordsIn(value as Readonly<Record<string, Json>>);
  }
  return undefined;
}

function transformation(problem: string): ToolError {
  return new ToolError(`the answer of the API cannot be read: ${problem}`, { code: "TransformationError" });
}
