import fc from "fast-check";
import type { Json, JsonObject } from "tutti/server";

/** How many entries a generated list or record has at most: what is asked for is that it fits, not that it is long. */
const SIZE_MAX = 4;

const DEPTH_MAX = 4;

/** Values that fit a JSON Schema of the kind that tools announce. @throws Error - a keyword that this does not know */
export function anyFitting(schema: Json, depth = 0): fc.Arbitrary<unknown> {
  const given = asObject(schema);
  if ("const" in given) return fc.constant(given["const"]);
  if (Array.isArray(given["enum"])) return fc.constantFrom(...given["enum"]);
  for (const word of ["anyOf", "oneOf"]) {
    const choices = given[word];
    if (Array.isArray(choices)) return fc.oneof(...choices.map((choice: Json) => anyFitting(choice, depth)));
  }
  if (Array.isArray(given["allOf"])) return anyFitting(Object.assign({}, ...given["allOf"]) as JsonObject, depth);
  const { type } = given;
  if (Array.isArray(type)) return fc.oneof(...type.map((one: Json) => anyFitting({ ...given, type: one }, depth)));
  switch (type) {
    case "object":
      return anyObject(given, depth);
    case "array":
      return anyArray(given, depth);
    case "string":
      return anyText(given);
    case "integer":
      return fc.integer({ min: bound(given, "minimum", -1_000), max: bound(given, "maximum", 1_000) });
    case "number":
      return fc.double({ min: bound(given, "minimum", -1e6), max: bound(given, "maximum", 1e6), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    default:
      throw new Error(`no values of type ${JSON.stringify(type)} can be made`);
  }
}

function anyObject(schema: JsonObject, depth: number): fc.Arbitrary<unknown> {
  const properties = asObject(schema["properties"] ?? {});
  const required = new Set((schema["required"] as readonly string[] | undefined) ?? []);
  const parts = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, anyFitting(part, depth + 1)]));
  const known = fc.record(parts, { requiredKeys: Object.keys(properties).filter((name) => required.has(name)), noNullPrototype: true });
  const more = schema["additionalProperties"];
  if (more === undefined || more === false || depth >= DEPTH_MAX) return known;
  const names =
    schema["propertyNames"] === undefined ? fc.string({ minLength: 1, maxLength: 8 }) : anyText(asObject(schema["propertyNames"]));
  const others = fc.dictionary(names, more === true ? fc.jsonValue({ maxDepth: 1 }) : anyFitting(more, depth + 1), {
    maxKeys: SIZE_MAX,
    noNullPrototype: true,
  });
  return fc.tuple(others, known).map(([other, own]) => ({ ...other, ...own }));
}

function anyArray(schema: JsonObject, depth: number): fc.Arbitrary<unknown> {
  const minLength = bound(schema, "minItems", 0);
  const maxLength = Math.max(minLength, Math.min(bound(schema, "maxItems", SIZE_MAX), depth >= DEPTH_MAX ? 1 : SIZE_MAX));
  return fc.array(anyFitting(schema["items"] ?? {}, depth + 1), { minLength, maxLength });
}

function anyText(schema: JsonObject): fc.Arbitrary<string> {
  const { pattern, format } = schema;
  if (typeof pattern === "string") return anyMatching(new RegExp(pattern, "u")).filter((text) => fitsLength(schema, text));
  if (format === "date-time")
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
  if (format === "uri") return fc.webUrl();
  const minLength = bound(schema, "minLength", 0);
  const maxLength = Math.max(minLength, Math.min(bound(schema, "maxLength", 20), 20));
  return fc.string({ minLength, maxLength, unit: "binary" }).filter((text) => fitsLength(schema, text));
}

/** Not every pattern can be turned around; of one that cannot, words that may match it, and may be refused. */
function anyMatching(pattern: RegExp): fc.Arbitrary<string> {
  try {
    return fc.stringMatching(pattern);
  } catch {
    return fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  }
}

function fitsLength(schema: JsonObject, text: string): boolean {
  return text.length >= bound(schema, "minLength", 0) && text.length <= bound(schema, "maxLength", Number.MAX_SAFE_INTEGER);
}

function bound(schema: JsonObject, word: string, otherwise: number): number {
  const value = schema[word];
  return typeof value === "number" && Number.isSafeInteger(value) ? value : otherwise;
}

function asObject(schema: Json | undefined): JsonObject {
  return typeof schema === "object" && schema !== null && !Array.isArray(schema) ? (schema as JsonObject) : {};
}
