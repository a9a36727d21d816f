import type { Json } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { evaluateTemplate } from "../expression/evaluate-template.ts";
import { LIMITS } from "../expression/limits.ts";
import { literalTemplate } from "../expression/literal-template.ts";
import { scanTemplate, wholeExpression } from "../expression/scan-template.ts";
import type { Path, Problem } from "../model/problem.ts";
import { literal, patternNames, readsExecution, substitute } from "./substitute.ts";
import type { NamedValues, PatternName } from "./substitute.ts";

/** A template of a pattern with what is known put in. */
export interface Filled {
  readonly value: Json;
  readonly problems: readonly Problem[];
}

/**
 * Puts values in place of the names of a pattern. What a value says is only ever data: one that looks like an expression
 * is written so that it stays text.
 *
 * An expression that reads nothing else is computed now, and keeps the type of its value when it is a whole string; one
 * that also reads what is only known when the workflow runs stays an expression, with the values written out in it.
 */
export function fillTemplate(template: Json, valueOf: NamedValues, path: Path = []): Filled {
  return fill(template, path, { valueOf, later: true });
}

/** The same where nothing runs later, so that every expression has to be computed now; texts are not written as templates. */
export function fillValue(template: Json, valueOf: NamedValues, path: Path = []): Filled {
  return fill(template, path, { valueOf, later: false });
}

interface Filling {
  readonly valueOf: NamedValues;
  /** Whether what is not known yet will be, because the result is a template itself. */
  readonly later: boolean;
}

type Part = { readonly kind: "value"; readonly value: Json } | { readonly kind: "expression"; readonly source: string };

function fill(template: Json, path: Path, filling: Filling): Filled {
  if (typeof template === "string") return fillString(template, path, filling);
  if (isJsonArray(template)) return fillList(template, path, filling);
  if (!isJsonObject(template)) return { value: template, problems: [] };
  const entries = Object.entries(template).map(([key, part]) => [key, fill(part, [...path, key], filling)] as const);
  return {
    value: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
    problems: entries.flatMap(([, { problems }]) => problems),
  };
}

function fillList(template: readonly Json[], path: Path, filling: Filling): Filled {
  const parts = template.map((part, place) => fill(part, [...path, place], filling));
  return { value: parts.map(({ value }) => value), problems: parts.flatMap(({ problems }) => problems) };
}

function fillString(text: string, path: Path, filling: Filling): Filled {
  if (!text.includes("${{")) return { value: text, problems: [] };
  const problems: Problem[] = [];
  const report = (message: string, range: Problem["range"]): Part => {
    problems.push({ code: "invalid-hole", severity: "error", message, path, ...(range === undefined ? {} : { range }) });
    return { kind: "value", value: null };
  };
  const segments = scanTemplate(text);
  const whole = wholeExpression(segments);
  const parts = (whole === undefined ? segments : [whole]).map((segment): Part => {
    if (segment.kind === "text") return { kind: "value", value: segment.text };
    const range = { offset: segment.offset, length: segment.kind === "expression" ? segment.source.length : segment.length };
    if (segment.kind === "unterminated") return report('"${{" is not closed by "}}"', range);
    const part = partOf(segment.source, isExpressionPlace(path), filling);
    return typeof part === "string" ? report(part, range) : part;
  });
  const [only] = parts;
  if (whole !== undefined && only?.kind === "value") return { value: filling.later ? literalTemplate(only.value) : only.value, problems };
  return { value: filling.later ? printTemplate(parts) : parts.map(textOf).join(""), problems };
}

/** What becomes of one expression, or what is wrong with it. */
function partOf(source: string, isExpression: boolean, { valueOf, later }: Filling): Part | string {
  if (source.length > LIMITS.sourceLength)
    return `the expression has ${source.length} characters, at most ${LIMITS.sourceLength} are allowed`;
  const names = patternNames(source);
  const unknown = names.find(({ name }) => valueOf(name) === undefined);
  if (unknown !== undefined) return unknownName(unknown.name);
  if (later && names.length === 0) return { kind: "expression", source };
  const written = (): Part => ({ kind: "expression", source: substitute(source, (name) => literal(valueOf(name) ?? null)) });
  if (later && isExpression) return written();
  const [only] = names;
  const value = only !== undefined && only.length === source.length ? valueOf(only.name) : undefined;
  if (value !== undefined) return { kind: "value", value };
  if (readsExecution(source)) return later ? written() : `nothing runs here: ${KNOWN}`;
  return computedNow(source, names, valueOf);
}

/** The value of an expression that reads nothing else. Values are handed over, not written out, so they may be large. */
function computedNow(source: string, names: readonly PatternName[], valueOf: NamedValues): Part | string {
  const handed = Object.fromEntries(names.map(({ name }, place) => [`v${place}`, valueOf(name) ?? null]));
  const places = new Map(names.map(({ name }, place) => [name, `inputs.v${place}`]));
  const reading = substitute(source, (name) => places.get(name) ?? name);
  const computed = evaluateTemplate(`\${{ ${reading} }}`, { inputs: handed, step: () => undefined });
  return computed.ok ? { kind: "value", value: computed.value.value } : computed.message;
}

const KNOWN = '"parameters", "component" and "component_id" can be read';

function unknownName(name: string): string {
  if (name === "each") return '"each" is only known in a step that has a list under "each"';
  return name.startsWith("parameters.") ? `the pattern has no parameter "${name.slice("parameters.".length)}"` : `${KNOWN}, not "${name}"`;
}

/** Where a text is an expression also without `${{ }}` around it, so that a value must never stand there bare. */
function isExpressionPlace(path: Path): boolean {
  const [list, , key, inner, ...deeper] = path;
  if ((list !== "steps" && list !== "finally") || deeper.length > 0) return false;
  return inner === undefined ? key === "if" : key === "verify" && inner === "happened";
}

/** The template with these parts: what `scanTemplate` reads from it, joined, is what the parts say. */
function printTemplate(parts: readonly Part[]): string {
  let result = "";
  let text = "";
  const flush = (before: string): void => {
    // Two dollars before "{{" stand for one; a run that ends the text stands before that of an expression.
    const run = before === "" ? /\$+(?=\{\{)/g : /\$+(?=\{\{|$)/g;
    result += text.replace(run, "$&$&") + before;
    text = "";
  };
  for (const part of parts) {
    if (part.kind === "value") text += textOf(part);
    else flush(`\${{ ${part.source} }}`);
  }
  flush("");
  return result;
}

function textOf(part: Part): string {
  if (part.kind === "expression") return "";
  const { value } = part;
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}
