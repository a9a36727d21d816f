import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, isJsonArray, isJsonObject } from "../../src/base/json.ts";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { canonicalSchema } from "../../src/planner/canonical-schema.ts";
import { schemaChanges } from "../../src/planner/schema-changes.ts";

const name = fc.constantFrom("a", "b", "required", "enum", "__proto__");
const scalar = fc.constantFrom<Json>(null, true, 0, 1, 2.5, "a", "b");

/** A few keywords at once, because with all of them a schema would have more parts than can be made. */
function schemaOf(keywords: readonly fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.array(fc.oneof(...keywords), { maxLength: 4 }).map((parts) => Object.assign({}, ...parts) as JsonObject);
}

function keyword(key: string, value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return value.map((each) => ({ [key]: each }));
}

const PLAIN = [
  keyword("type", fc.constantFrom<Json>("string", "number", "integer", "object", "array", ["null", "string"])),
  keyword("required", fc.uniqueArray(name, { maxLength: 2 })),
  keyword("enum", fc.uniqueArray(scalar, { minLength: 1, maxLength: 3 })),
  keyword("const", scalar),
  keyword("minimum", fc.integer({ min: -2, max: 2 })),
  keyword("maxLength", fc.integer({ min: 0, max: 2 })),
  keyword("description", fc.constantFrom("x", "y")),
  keyword("x-own", scalar),
];

/** Schemas of the keywords that servers use, and of others. */
function schemaAt(depth: number): fc.Arbitrary<JsonObject> {
  if (depth === 0) return schemaOf(PLAIN);
  const part = fc.oneof({ weight: 4, arbitrary: schemaAt(depth - 1) }, { weight: 1, arbitrary: fc.boolean() });
  const parts = fc.array(part, { maxLength: 2 });
  const named = fc.dictionary(name, part, { maxKeys: 2 });
  return schemaOf([
    ...PLAIN,
    ...["properties", "patternProperties", "$defs"].map((key) => keyword(key, named)),
    ...["prefixItems", "anyOf", "oneOf", "allOf"].map((key) => keyword(key, parts)),
    ...["additionalProperties", "items", "not", "if", "then"].map((key) => keyword(key, part)),
  ]);
}

const schema = schemaAt(3);

test("a schema has not changed when it is compared with itself, however it is written", () => {
  fc.assert(
    fc.property(schema, (before) => {
      expect(schemaChanges(before, before, "input")).toEqual([]);
      expect(schemaChanges(before, backwards(before), "output")).toEqual([]);
    }),
  );
});

test("two schemas differ if and only if something is told", () => {
  fc.assert(
    fc.property(schema, schema, fc.constantFrom("input", "output"), (before, after, part) => {
      const areSame = canonicalJson(canonicalSchema(before)) === canonicalJson(canonicalSchema(after));
      expect(schemaChanges(before, after, part).length === 0).toBe(areSame);
    }),
    { numRuns: 1_000 },
  );
});

test("each single mutation of a schema is found", () => {
  fc.assert(
    fc.property(schema, fc.nat(), fc.constantFrom<Json | undefined>(undefined, null, "other", 7, {}, []), (before, at, value) => {
      const after = mutated(before, at, value);
      const areSame = canonicalJson(canonicalSchema(before)) === canonicalJson(canonicalSchema(after));
      for (const part of ["input", "output"] as const) expect(schemaChanges(before, after, part).length === 0).toBe(areSame);
    }),
    { numRuns: 2_000 },
  );
});

test("a value that fitted still fits when callers are not broken, and one that fits did so before when readers are not", () => {
  // A property that is new is meant to be new, and the values here know no others than the schemas do.
  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      scalar,
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b"), tie("value"), { maxKeys: 2 }),
    ),
  })).value;
  fc.assert(
    fc.property(closed(), closed(), fc.nat(), fc.array(value, { minLength: 20, maxLength: 20 }), (before, other, at, values) => {
      const after = crossed(before, other, at);
      const [was, is] = [fits(before), fits(after)];
      const breaks = (part: "input" | "output"): boolean => schemaChanges(before, after, part).some((change) => change.breaks !== "nobody");
      const lost = breaks("input") ? [] : values.filter((each) => was(each) && !is(each));
      const unheardOf = breaks("output") ? [] : values.filter((each) => is(each) && !was(each));
      expect({ lost, unheardOf }).toEqual({ lost: [], unheardOf: [] });
    }),
    { numRuns: 2_000 },
  );
});

/** Schemas of few keywords, so that two of them are often alike, and in which no property is unknown. */
function closed(depth: number = 2): fc.Arbitrary<JsonObject> {
  const plain = fc.record(
    {
      type: fc.constantFrom<Json>("string", "number", "integer", ["null", "string"], ["integer", "object", "array", "string"]),
      enum: fc.subarray<Json>([0, 1, "a", "b", null], { minLength: 3 }),
      minimum: fc.constantFrom(0, 1),
      maxLength: fc.constantFrom(1, 2),
      multipleOf: fc.constantFrom(1, 2, 4),
    },
    { requiredKeys: [] },
  );
  if (depth === 0) return plain;
  const part = closed(depth - 1);
  const parts = fc.array(part, { minLength: 1, maxLength: 2 });
  const object = fc.record({
    type: fc.constant("object"),
    properties: fc.record({ a: part, b: part }),
    required: fc.subarray(["a", "b"]),
  });
  const list = fc.record({ items: part, maxItems: fc.constantFrom(1, 2), uniqueItems: fc.boolean() }, { requiredKeys: [] });
  const other = ["anyOf", "oneOf", "allOf", "additionalProperties"].map((key) =>
    keyword(key, key === "additionalProperties" ? part : parts),
  );
  return fc.oneof(plain, object, list, ...other);
}

function fits(schema: JsonObject): (value: Json) => boolean {
  const validator = new Validator(schema, "2020-12");
  return (value) => validator.validate(value).valid;
}

/** The same object with its keys, and those of its parts, in the other order. */
function backwards(value: JsonObject): JsonObject {
  const members = Object.entries(value).map(([key, part]): readonly [string, Json] => [key, isJsonObject(part) ? backwards(part) : part]);
  return Object.fromEntries(members.reverse());
}

/** A copy in which one keyword has the value that it has somewhere in the other schema, or is gone. */
function crossed(schema: JsonObject, other: JsonObject, at: number): JsonObject {
  const paths = pathsIn(schema).filter((path) => !/^\d+$/.test(path.at(-1) ?? ""));
  const path = paths[at % Math.max(1, paths.length)] ?? [];
  if (path.length === 0) return other;
  const donor = pathsIn(other).find((candidate) => candidate.at(-1) === path.at(-1)) ?? [];
  const value = donor.reduce<Json | undefined>((part, key) => (part as JsonObject | undefined)?.[key], other);
  return replaced(schema, path, donor.length === 0 ? undefined : value) as JsonObject;
}

/** A copy in which the value at one place is another, or is gone. */
function mutated(schema: JsonObject, at: number, value: Json | undefined): JsonObject {
  const paths = pathsIn(schema);
  const path = paths[at % Math.max(1, paths.length)] ?? [];
  return path.length === 0 ? { ...schema, added: value ?? 0 } : (replaced(schema, path, value) as JsonObject);
}

function pathsIn(value: Json): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[key], ...pathsIn(part).map((path) => [key, ...path])]);
}

function replaced(value: Json, [key = "", ...rest]: readonly string[], by: Json | undefined): Json {
  const entries = Object.entries(value as JsonObject).flatMap(([name, part]): readonly [string, Json][] => {
    if (name !== key) return [[name, part]];
    const next = rest.length === 0 ? by : replaced(part, rest, by);
    return next === undefined ? [] : [[name, next]];
  });
  return isJsonArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}
