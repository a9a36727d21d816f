import { LRUCache } from "lru-cache";
import { isJsonArray, isJsonObject, type Json } from "../base/json.ts";
import type { SecretUse } from "../model/call.ts";
import type { Path } from "../model/problem.ts";
import type { Template } from "../model/workflow.ts";
import { compileExpression } from "./compile/compile-expression.ts";
import { runCompiled, type Evaluated } from "./evaluate.ts";
import { LIMITS } from "./limits.ts";
import { scanTemplate, wholeExpression, type TemplateSegment } from "./scan-template.ts";
import type { Scope } from "./scope.ts";

/** A template with the values put in, and where secrets belong that are only put in at the moment of the call. */
export interface FilledTemplate {
  /** A string with secrets has the text `[secret NAME]` in their place. */
  readonly value: Json;
  readonly secrets: readonly SecretUse[];
}

/**
 * The value of a template. A string that is one expression becomes its value, of any type. In other strings, strings
 * are put in as they are, null as nothing, and all else as JSON text.
 */
export function evaluateTemplate(template: Template, scope: Scope): Evaluated<FilledTemplate> {
  const filling: Filling = { scope, secrets: [], message: undefined };
  const value = fill(template, [], filling);
  return filling.message === undefined ? { ok: true, value: { value, secrets: filling.secrets } } : { ok: false, message: filling.message };
}

interface Filling {
  readonly scope: Scope;
  readonly secrets: SecretUse[];
  /** The first thing that went wrong. */
  message: string | undefined;
}

/** Scanning is cheap, but a string is filled for each of up to 10,000 items. */
const scanned = new LRUCache<string, readonly TemplateSegment[]>({ max: LIMITS.cacheEntries });

function fill(template: Json, path: Path, filling: Filling): Json {
  if (filling.message !== undefined) return null;
  if (typeof template === "string") return template.includes("${{") ? fillString(template, path, filling) : template;
  if (isJsonArray(template)) return template.map((element, place) => fill(element, [...path, place], filling));
  if (!isJsonObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, element]) => [key, fill(element, [...path, key], filling)]));
}

function fillString(text: string, path: Path, filling: Filling): Json {
  const segments = segmentsOf(text);
  const whole = wholeExpression(segments);
  const secret = whole === undefined ? undefined : compileExpression(whole.source).secret;
  if (whole !== undefined && secret === undefined) return valueOf(whole.source, filling);
  const parts: (string | { readonly secret: string })[] = segments.map((segment) => partOf(segment, filling));
  const filled = parts.map((part) => (typeof part === "string" ? part : `[secret ${part.secret}]`)).join("");
  if (filled.length > LIMITS.textLength) filling.message ??= `a text of more than ${LIMITS.textLength / 2 ** 20} Mi characters is too long`;
  if (parts.some((part) => typeof part !== "string")) filling.secrets.push({ path, parts: parts.filter((part) => part !== "") });
  return filled;
}

function segmentsOf(text: string): readonly TemplateSegment[] {
  const known = scanned.get(text);
  if (known !== undefined) return known;
  const segments = scanTemplate(text);
  if (text.length <= LIMITS.sourceLength) scanned.set(text, segments);
  return segments;
}

function partOf(segment: TemplateSegment, filling: Filling): string | { readonly secret: string } {
  switch (segment.kind) {
    case "text":
      return segment.text;
    case "unterminated":
      filling.message ??= '"${{" is not closed by "}}"';
      return "";
    case "expression": {
      const { secret } = compileExpression(segment.source);
      return secret === undefined ? textOf(valueOf(segment.source, filling)) : { secret };
    }
  }
}

function valueOf(source: string, filling: Filling): Json {
  if (filling.message !== undefined) return null;
  const evaluated = runCompiled(compileExpression(source), source, filling.scope);
  if (evaluated.ok) return evaluated.value;
  filling.message = evaluated.message;
  return null;
}

function textOf(value: Json): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}
