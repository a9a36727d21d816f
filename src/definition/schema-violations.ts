import { RE2JS } from "@bufbuild/re2";
import { Validator } from "@cfworker/json-schema";
import type { OutputUnit } from "@cfworker/json-schema";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject, jsonExceeds } from "../base/json.ts";
import type { Path } from "../model/problem.ts";
import { describe } from "./reading.ts";

/** One way in which a value breaks a schema. */
export interface SchemaViolation {
  /** Within the value. */
  readonly path: Path;
  /** What follows the name of the value: `must be a number, not "abc"`. */
  readonly message: string;
}

/** Above this size only the first violation is looked for: the validator's list of them would not fit on its stack. */
const ALL_VIOLATIONS_BYTES = 64 * 1024;

/** How a value breaks a JSON Schema that `checkSchema` has found to be one; nothing when it fits. */
export function schemaViolations(schema: JsonObject, value: Json): readonly SchemaViolation[] {
  const bounded = withoutPatterns(schema, [...textsIn(value)]);
  const validator = new Validator(bounded, "2020-12", jsonExceeds(value, ALL_VIOLATIONS_BYTES));
  const { errors } = validator.validate(value);
  const alternatives = errors.filter(({ keyword }) => ALTERNATIVES.has(keyword)).map(({ keywordLocation }) => `${keywordLocation}/`);
  return errors
    .filter(({ keyword, keywordLocation }) => !PASSED_ON.has(keyword) && !alternatives.some((prefix) => keywordLocation.startsWith(prefix)))
    .map((error) => violation(error, bounded, value));
}

/**
 * The same schema for this one value, without regular expressions: each becomes the list of those texts of the value
 * that it matches. RE2 matches them in bounded time, while the validator's own matching can be made to take hours.
 */
function withoutPatterns(schema: JsonObject, texts: readonly string[]): JsonObject {
  const { pattern, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]): [string, Json] => [
      keyword,
      DATA_KEYWORDS.has(keyword) ? value : partWithoutPatterns(value, texts),
    ]),
  );
  if (typeof pattern !== "string") return pattern === undefined ? rest : { ...rest, pattern };
  const expression = RE2JS.compile(pattern);
  const matched = { anyOf: [{ not: { type: "string" } }, { enum: texts.filter((text) => expression.test(text)) }], [PATTERN]: pattern };
  return { ...rest, allOf: [...(isJsonArray(rest["allOf"]) ? rest["allOf"] : []), matched] };
}

function partWithoutPatterns(value: Json, texts: readonly string[]): Json {
  if (isJsonArray(value)) return value.map((entry) => partWithoutPatterns(entry, texts));
  return isJsonObject(value) ? withoutPatterns(value, texts) : value;
}

/** Keywords that hold values, not schemas. */
export const DATA_KEYWORDS: ReadonlySet<string> = new Set(["const", "default", "enum", "examples", "example", "required"]);

/** Remembers the regular expression beside the list that stands for it. */
const PATTERN = "x-pattern";

function* textsIn(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const part of Object.values<Json>(value)) yield* textsIn(part);
}

/** Keywords that only say that a keyword further inside was broken; that one is reported too. */
const PASSED_ON: ReadonlySet<string> = new Set(
  "$ref allOf if properties additionalProperties unevaluatedProperties propertyNames dependentSchemas prefixItems items unevaluatedItems".split(
    " ",
  ),
);

/** Keywords whose parts need not all hold: what is wrong within one of them says little. */
const ALTERNATIVES: ReadonlySet<string> = new Set(["anyOf", "oneOf", "not", "contains"]);

function violation({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, schema: JsonObject, value: Json): SchemaViolation {
  const parts = pointerParts(instanceLocation);
  const limit = schemaAt(schema, keywordLocation);
  const pattern = schemaAt(schema, keywordLocation.replace(/[^/]+$/, PATTERN));
  const actual = parts.reduce<Json | undefined>(childOf, value);
  const path = parts.map((part, index) =>
    isJsonArray(parts.slice(0, index).reduce<Json | undefined>(childOf, value)) ? Number(part) : part,
  );
  return {
    path,
    message: explain(pattern === undefined ? keyword : "pattern", { limit: pattern ?? limit ?? null, actual: actual ?? null, error }),
  };
}

interface Broken {
  /** The value of the keyword in the schema. */
  readonly limit: Json;
  readonly actual: Json;
  /** The validator's own words. */
  readonly error: string;
}

function explain(keyword: string, { limit, actual, error }: Broken): string {
  const not = `, not ${describe(actual)}`;
  switch (keyword) {
    case "type":
      return `must be ${orList((isJsonArray(limit) ? limit : [limit]).map(typeNamed))}${not}`;
    case "enum":
      return `must be ${orList(isJsonArray(limit) ? limit.slice(0, 20).map((entry) => JSON.stringify(entry)) : [])}${not}`;
    case "const":
      return `must be ${JSON.stringify(limit)}${not}`;
    case "pattern":
      return `must match the pattern ${describe(limit)}${not}`;
    case "format":
      return `must be of the format ${describe(limit)}${not}`;
    case "required":
      return `lacks the property ${/property (".*")/.exec(error)?.[1] ?? ""}`;
    case "false":
      return "is not allowed";
    case "anyOf":
    case "oneOf":
    case "not":
      return `fits none of the allowed forms (it is ${describe(actual)})`;
    default:
      return boundMessage(keyword, limit) ?? `does not fit: ${error.replace(/\.$/, "")}`;
  }
}

function boundMessage(keyword: string, limit: Json): string | undefined {
  const wording = BOUNDS.get(keyword);
  return wording === undefined || typeof limit !== "number" ? undefined : `must ${wording.replace("#", String(limit))}`;
}

const BOUNDS: ReadonlyMap<string, string> = new Map([
  ["minimum", "be at least #"],
  ["maximum", "be at most #"],
  ["exclusiveMinimum", "be above #"],
  ["exclusiveMaximum", "be below #"],
  ["multipleOf", "be a multiple of #"],
  ["minLength", "have at least # characters"],
  ["maxLength", "have at most # characters"],
  ["minItems", "have at least # entries"],
  ["maxItems", "have at most # entries"],
]);

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "text"],
  ["number", "a number"],
  ["integer", "a whole number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "an object"],
  ["null", "null"],
]);

function typeNamed(name: Json): string {
  return typeof name === "string" ? (TYPE_NAMES.get(name) ?? name) : "";
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The parts of a JSON pointer such as `#/items/0`. */
export function pointerParts(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What stands under a key or place of a value, if anything. */
export function childOf(value: Json | undefined, part: string): Json | undefined {
  if (value === undefined || typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
  return isJsonArray(value) ? value[Number(part)] : isJsonObject(value) ? value[part] : undefined;
}

/** Follows the location of a keyword, which leads through references. */
function schemaAt(schema: JsonObject, location: string): Json | undefined {
  return pointerParts(location).reduce<Json | undefined>((found, part) => {
    const next = childOf(found, part);
    return part === "$ref" && typeof next === "string" ? pointerParts(next).reduce<Json | undefined>(childOf, schema) : next;
  }, schema);
}
