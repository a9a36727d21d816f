import type { Json } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import { patternProblem } from "../expression/pattern.ts";
import { describe, report, subject, within, wrongType } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { childOf, DATA_KEYWORDS, pointerParts } from "./schema-violations.ts";
import { quoted, visible } from "../base/visible.ts";

/** Reports all that keeps a value from being a JSON Schema (2020-12) that stands on its own and can be checked in bounded time. */
export function checkSchema(schema: Json, reading: Reading): void {
  checkPart(schema, { root: schema, reading });
  const size = expandedSize(schema, schema, new Map());
  if (size === Number.POSITIVE_INFINITY) report(reading, "invalid-schema", "the schema of an input cannot refer to itself");
  else if (size > MOST_SCHEMAS)
    report(
      reading,
      "invalid-schema",
      `the schema is too large: with its references written out it has ${size} parts, at most ${MOST_SCHEMAS} are allowed`,
    );
}

/** Parts of the schema of one input, with its references written out. */
const MOST_SCHEMAS = 10_000;

/** A part of a schema that is looked at. */
interface Part {
  /** The whole schema: references point into it. */
  readonly root: Json;
  readonly reading: Reading;
}

/** What it returns is of no interest: it reports. */
type KeywordCheck = (value: Json, part: Part) => unknown;

function checkPart(schema: Json, part: Part): unknown {
  if (typeof schema === "boolean" && schema !== part.root) return undefined;
  if (!isJsonObject(schema)) return wrongType(part.reading, "a JSON Schema such as { type: string }", schema);
  for (const [keyword, value] of Object.entries(schema)) {
    const inner = { ...part, reading: within(part.reading, keyword) };
    const check = KEYWORDS.get(keyword);
    if (check === undefined) checkUnknown(keyword, inner);
    else check(value, inner);
  }
  return undefined;
}

const TYPES = ["string", "number", "integer", "boolean", "array", "object", "null"] as const;

const FAMILIAR_TYPES: ReadonlyMap<string, string> = new Map([
  ["str", "string"],
  ["text", "string"],
  ["int", "integer"],
  ["float", "number"],
  ["double", "number"],
  ["bool", "boolean"],
  ["list", "array"],
  ["map", "object"],
  ["dict", "object"],
]);

const each =
  (check: KeywordCheck): KeywordCheck =>
  (value, part) => {
    if (!isJsonArray(value)) return wrongType(part.reading, "a list", value);
    return value.map((entry, index) => check(entry, { ...part, reading: within(part.reading, index) }));
  };

const eachNamed =
  (check: KeywordCheck): KeywordCheck =>
  (value, part) => {
    if (!isJsonObject(value)) return wrongType(part.reading, "an object", value);
    return Object.entries(value).map(([name, entry]) => check(entry, { ...part, reading: within(part.reading, name) }));
  };

const number: KeywordCheck = (value, { reading }) => typeof value === "number" || wrongType(reading, "a number", value);
const positive: KeywordCheck = (value, { reading }) =>
  (typeof value === "number" && value > 0) || wrongType(reading, "a number above 0", value);
const count: KeywordCheck = (value, { reading }) =>
  (typeof value === "number" && Number.isInteger(value) && value >= 0) || wrongType(reading, "a whole number from 0", value);
const string: KeywordCheck = (value, { reading }) => typeof value === "string" || wrongType(reading, "text", value);
const boolean: KeywordCheck = (value, { reading }) => typeof value === "boolean" || wrongType(reading, "true or false", value);
const list: KeywordCheck = (value, { reading }) =>
  (isJsonArray(value) && value.length > 0) || wrongType(reading, "a list with at least one entry", value);
const anything: KeywordCheck = () => undefined;

const required: KeywordCheck = (value, part) => {
  if (isJsonArray(value)) return each(string)(value, part);
  const message =
    typeof value === "boolean"
      ? `"required" is a list of properties: an input is required unless it has a "default"`
      : `${subject(part.reading.path)} must be a list of properties`;
  return report(part.reading, "wrong-type", message);
};

const schemas: KeywordCheck = (value, part) => {
  list(value, part);
  return isJsonArray(value) ? each(checkPart)(value, part) : undefined;
};

const typeName: KeywordCheck = (value, { reading }) => {
  if (TYPES.some((name) => name === value)) return undefined;
  const suggestion = typeof value === "string" ? (FAMILIAR_TYPES.get(value.toLowerCase()) ?? nearest(value, TYPES)) : undefined;
  if (suggestion === undefined) return wrongType(reading, `one of ${TYPES.map((name) => quoted(name)).join(", ")}`, value);
  const message = `${describe(value)} is no type of JSON Schema - did you mean ${quoted(suggestion)}?`;
  return report(reading, "unknown-value", message, { suggestion });
};

const types: KeywordCheck = (value, part) => (isJsonArray(value) ? each(typeName)(value, part) : typeName(value, part));

const pattern: KeywordCheck = (value, { reading }) => {
  if (typeof value !== "string") return wrongType(reading, "text", value);
  const problem = patternProblem(value);
  return problem === undefined || report(reading, "invalid-schema", `${quoted(value)} cannot be used as a pattern: ${visible(problem)}`);
};

/** The validator's check of this format, which is none of JSON Schema's, can take forever. */
const format: KeywordCheck = (value, part) => {
  string(value, part);
  return (
    value !== "url" ||
    report(part.reading, "unknown-value", '"url" is no format of JSON Schema - did you mean "uri"?', { suggestion: "uri" })
  );
};

const reference: KeywordCheck = (value, { root, reading }) => {
  const target = typeof value === "string" ? referred(value, root) : undefined;
  if (isJsonObject(target) || typeof target === "boolean") return undefined;
  return report(reading, "invalid-schema", `${describe(value)} leads nowhere: a reference is "#/$defs/name" within the same input`);
};

const refused: KeywordCheck = (_value, { reading }) => {
  return report(reading, "invalid-schema", `${subject(reading.path)} is not allowed in the schema of an input`, { atKey: true });
};

const KEYWORDS: ReadonlyMap<string, KeywordCheck> = new Map<string, KeywordCheck>([
  ["type", types],
  ["required", required],
  ["$ref", reference],
  ...named(string, "title", "description", "$comment", "contentEncoding", "contentMediaType", "$schema"),
  ...named(number, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
  ["multipleOf", positive],
  ...named(count, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"),
  ["pattern", pattern],
  ["format", format],
  ...named(boolean, "uniqueItems", "deprecated", "readOnly", "writeOnly"),
  ["enum", list],
  ...named(anything, "const", "default", "examples", "example"),
  ...named(schemas, "allOf", "anyOf", "oneOf", "prefixItems"),
  ...named(
    checkPart,
    "items",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "not",
    "if",
  ),
  ...named(checkPart, "then", "else"),
  ...named(eachNamed(checkPart), "properties", "$defs", "definitions", "dependentSchemas"),
  ["dependentRequired", eachNamed(each(string))],
  ...named(
    refused,
    "$id",
    "id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$recursiveAnchor",
    "dependencies",
    "patternProperties",
  ),
]);

function named(check: KeywordCheck, ...keywords: readonly string[]): readonly (readonly [string, KeywordCheck])[] {
  return keywords.map((keyword) => [keyword, check]);
}

/** Keywords of others are let through, as JSON Schema wants it; what is nearly one of its own is a mistake. */
function checkUnknown(keyword: string, { reading }: Part): void {
  const suggestion = keyword.startsWith("x-") ? undefined : nearest(keyword, KEYWORDS.keys());
  if (suggestion === undefined) return;
  report(reading, "unknown-key", `unknown keyword ${quoted(keyword)} - did you mean ${quoted(suggestion)}?`, { atKey: true, suggestion });
}

/**
 * How many schemas there are when every reference is written out; infinite when one leads back to itself. Checking a
 * value takes time in proportion to it, so a schema of a few lines must not stand for millions.
 */
function expandedSize(schema: Json, root: Json, known: Map<Json, number>): number {
  if (isJsonArray(schema)) return schema.reduce<number>((sum, part) => sum + expandedSize(part, root, known), 0);
  if (!isJsonObject(schema)) return 0;
  const before = known.get(schema);
  if (before !== undefined) return before;
  known.set(schema, Number.POSITIVE_INFINITY);
  let size = 1;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "$ref" && typeof value === "string") size += expandedSize(referred(value, root) ?? null, root, known);
    else if (!DATA_KEYWORDS.has(keyword)) size += expandedSize(value, root, known);
  }
  known.set(schema, size);
  return size;
}

/** What a reference leads to, if anything. */
function referred(reference: string, root: Json): Json | undefined {
  return /^#(\/|$)/.test(reference) ? pointerParts(reference).reduce<Json | undefined>(childOf, root) : undefined;
}
