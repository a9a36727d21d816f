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

type Part = { readonly kind: "value"; readonly value: Json } | { readonly kind: "secret"; readonly secret: string };
type SecretPart = SecretUse["parts"][number];

interface Filling {
  readonly scope: Scope;
  readonly secrets: SecretUse[];
  /** The first thing that went wrong. */
  message: string | undefined;
}

/** Scanning is cheap, but a string is filled for each of up to 10,000 items. */
const scanned = new LRUCache<string, readonly TemplateSegment[]>({
  max: LIMITS.cacheEntries,
  maxSize: LIMITS.cacheCharacters,
  sizeCalculation: (_segments, text) => text.length,
});

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
  const parts = (whole === undefined ? segments : [whole]).map((segment) => partOf(segment, filling));
  const [only] = parts;
  if (whole !== undefined && only?.kind === "value") return only.value;
  return joinParts(parts, path, filling);
}

/** A string from its parts, with its secrets noted. */
function joinParts(parts: readonly Part[], path: Path, filling: Filling): string {
  const texts = parts.map((part) => (part.kind === "value" ? textOf(part.value) : `[secret ${part.secret}]`));
  const length = texts.reduce((total, text) => total + text.length, 0);
  if (length > LIMITS.textLength) {
    filling.message ??= `a text of more than ${LIMITS.textLength / 2 ** 20} Mi characters would be made`;
    return "";
  }
  if (parts.some((part) => part.kind === "secret")) {
    const secretParts = parts.map((part, place) => (part.kind === "secret" ? { secret: part.secret } : (texts[place] ?? "")));
    filling.secrets.push({ path, parts: joinNeighbours(secretParts) });
  }
  return texts.join("");
}

/** The parts with neighbouring texts as one, and no empty ones. */
function joinNeighbours(parts: readonly SecretPart[]): readonly SecretPart[] {
  const joined: SecretPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined.splice(-1, 1, last + part);
    else if (part !== "") joined.push(part);
  }
  return joined;
}

function segmentsOf(text: string): readonly TemplateSegment[] {
  const known = scanned.get(text);
  if (known !== undefined) return known;
  const segments = scanTemplate(text);
  if (text.length <= LIMITS.sourceLength) scanned.set(text, segments);
  return segments;
}

function partOf(segment: TemplateSegment, filling: Filling): Part {
  switch (segment.kind) {
    case "text":
      return { kind: "value", value: segment.text };
    case "unterminated":
      filling.message ??= '"${{" is not closed by "}}"';
      return { kind: "value", value: null };
    case "expression": {
      const { secret } = compileExpression(segment.source);
      return secret === undefined ? { kind: "value", value: valueOf(segment.source, filling) } : { kind: "secret", secret };
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
