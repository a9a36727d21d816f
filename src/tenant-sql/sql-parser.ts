import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { forgetParser, loadParser } from "./load-parser.ts";
import { denied, invalid } from "./refusal.ts";
import { placeOfCharacter } from "./place.ts";
import type { Wrapped } from "./sql-tree.ts";

const TEXT_BYTES_MAX = 64 * 1024;

/**
 * Characters and words that can put one part of a statement into another, which costs the parser stack. They are
 * counted before it sees the text; in comments and literals too, because telling those apart would need another parser.
 */
const NESTING =
  /[[(\-+*/<>=~!@#%^&|`?]|::|\b(?:at|case|collate|cross|except|full|in|inner|intersect|is|isnull|join|left|natural|not|notnull|outer|right|union)\b/gi;
const NESTING_MAX = 2_000;
/** Levels of objects and lists in the tree; an operator takes two or three. */
const LEVELS_MAX = 600;

/**
 * Parses a text as PostgreSQL 18 does, into its one statement.
 *
 * @throws TuttiError `input.invalid` - no statement, several, too long, too deep, or not SQL
 */
export async function parseStatement(text: string): Promise<Wrapped> {
  checkText(text);
  const statements = statementsOf(await parse(text));
  const [only] = statements;
  if (only === undefined) throw invalid("it is empty: give one SELECT, INSERT, UPDATE or DELETE");
  if (statements.length > 1) throw denied(`it holds ${statements.length} statements, and exactly one may be given`);
  if (levelsExceed(only, LEVELS_MAX)) throw invalid("it is nested too deeply: split it, or use WITH");
  return only;
}

/**
 * Prints a statement, and proves that the text means what the tree says: parsed again, it must give the same tree.
 * (The printer is known to drop brackets that matter, as in `a BETWEEN 1 AND (2 = 3)`.)
 */
export async function printStatement(statement: Wrapped): Promise<string> {
  const { deparse } = await loadParser();
  let text: string;
  try {
    text = await deparse(statement, { pretty: false });
  } catch {
    throw unprintable();
  }
  const [again, ...others] = statementsOf(await parse(text));
  if (again === undefined || others.length > 0 || meaning(again) !== meaning(statement)) throw unprintable();
  return text;
}

function checkText(text: string): void {
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) throw invalid(`it is longer than ${TEXT_BYTES_MAX} bytes: give long values as parameters`);
  if (text.includes("\0") || !text.isWellFormed()) throw invalid("it holds characters that SQL cannot hold (NUL, or half of a pair)");
  let found = 0;
  for (const _ of text.matchAll(NESTING)) {
    found += 1;
    if (found > NESTING_MAX)
      throw invalid(`it has more than ${NESTING_MAX} operators and brackets: split it, or give values as parameters`);
  }
}

async function parse(text: string): Promise<Json> {
  const parser = await loadParser();
  try {
    return (await parser.parse(text)) as unknown as Json;
  } catch (error) {
    const refusal = syntaxError(error, text);
    if (refusal !== undefined) throw refusal;
    forgetParser();
    throw invalid("the SQL parser failed on it, as it does when a statement is nested too deeply: split it, or use WITH");
  }
}

/** What the parser says of a text that is not SQL; undefined when the parser itself failed. */
function syntaxError(error: unknown, text: string): Error | undefined {
  if (!(error instanceof Error) || error.name !== "SqlError")
    return /cannot be empty/.test(String(error)) ? invalid("it is empty") : undefined;
  const details: unknown = "sqlDetails" in error ? error.sqlDetails : undefined;
  const offset = isJsonObject(details) ? details["cursorPosition"] : undefined;
  return invalid(error.message.slice(0, 200), typeof offset === "number" ? placeOfCharacter(text, offset) : undefined);
}

function statementsOf(tree: Json): readonly Wrapped[] {
  const list = isJsonObject(tree) ? tree["stmts"] : undefined;
  if (!isJsonArray(list)) return [];
  return list.flatMap((entry) => (isJsonObject(entry) && isJsonObject(entry["stmt"]) ? [entry["stmt"]] : []));
}

function unprintable(): Error {
  return invalid("it has a form that cannot be printed again without a change of meaning: write it in a simpler way (name parts in WITH)");
}

/** Members that say where something stood or how it was written, and nothing of what it does. */
const WRITING = /location$|^stmt_len$|list_(?:start|end)$|^funcformat$/;

function meaning(statement: Wrapped): string {
  return canonicalJson(withoutWriting(statement));
}

function withoutWriting(part: Json): Json {
  if (isJsonArray(part)) return part.map(withoutWriting);
  if (!isJsonObject(part)) return part;
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(part)) if (!WRITING.test(key)) kept[key] = withoutWriting(value);
  return kept;
}

/** With a stack of its own: the tree may be deeper than ours. */
function levelsExceed(root: JsonObject, levelsMax: number): boolean {
  const open: { readonly part: Json; readonly level: number }[] = [{ part: root, level: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part, level } = next;
    if (typeof part !== "object" || part === null) continue;
    if (level > levelsMax) return true;
    for (const inner of Object.values(part)) open.push({ part: inner, level: level + 1 });
  }
  return false;
}
