import { describe, expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { checkValue, type Hole } from "./check-value.ts";
import { readSchema } from "./read-schema.ts";
import { TYPES } from "./schema-types.ts";

/** What is said of the arguments of the tool `shop.buy`, given its schema. */
function faults(schema: Json, value: Json, hole?: Hole): readonly string[] {
  const taker = { name: "shop.buy", member: "argument" } as const;
  return checkValue({ schema: readSchema(schema), value, taker, hole: () => hole }).map(
    ({ severity, message }) => (severity === "warning" ? "warning: " : "") + message,
  );
}

const CLOSED = { type: "object", properties: { amount: { type: "number" }, note: {} }, required: ["amount"], additionalProperties: false };
const OPEN = { type: "object", properties: { amount: { type: "number" }, currency: { type: "string" } } };

describe("literal arguments", () => {
  const cases: readonly [name: string, schema: Json, value: Json, expected: readonly string[]][] = [
    ["that fit", CLOSED, { amount: 3, note: [] }, []],
    ["of the wrong type", CLOSED, { amount: "3" }, ['"amount" must be a number, not the string "3"']],
    ["that are null where null is not allowed", CLOSED, { amount: null }, ['"amount" must be a number, not null']],
    ["that are missing", CLOSED, {}, ['shop.buy needs the argument "amount" (a number)']],
    [
      "that are unknown, and close to one that is missing",
      CLOSED,
      { amonut: 3 },
      ['shop.buy needs the argument "amount" (a number)', 'shop.buy has no argument "amonut" - did you mean "amount"?'],
    ],
    ["that are unknown, and close to nothing", CLOSED, { amount: 1, x: 3 }, ['shop.buy has no argument "x" - known are "amount", "note"']],
    [
      "for a tool that takes none",
      { type: "object", additionalProperties: false },
      { x: 3 },
      ['shop.buy has no argument "x" - there are none'],
    ],
    ["that an open tool does not list", OPEN, { colour: "red" }, []],
    [
      "that an open tool probably knows by another name",
      OPEN,
      { curency: "EUR" },
      ['warning: shop.buy has no argument "curency" - did you mean "currency"?'],
    ],
    ["beside the one that they resemble", OPEN, { currency: "EUR", currency2: "USD" }, []],
    [
      "called like a thing that objects inherit",
      CLOSED,
      { amount: 1, constructor: 2 },
      ['shop.buy has no argument "constructor" - known are "amount", "note"'],
    ],
    ["that must be whole", { properties: { n: { type: "integer" } } }, { n: 1.5 }, ['"n" must be a whole number, not 1.5']],
    ["that are whole in another spelling", { properties: { n: { type: "integer" } } }, { n: 2 }, []],
    [
      "from a list of words",
      { properties: { c: { enum: ["EUR", "USD"] } } },
      { c: "EURO" },
      ['"c" must be one of "EUR", "USD", not "EURO" - did you mean "EUR"?'],
    ],
    ["that must be one constant", { properties: { c: { const: 1 } } }, { c: 2 }, ['"c" must be 1, not 2']],
    ["too small", { properties: { n: { minimum: 3 } } }, { n: 2 }, ['"n" must be at least 3, not 2']],
    ["too great", { properties: { n: { maximum: 3 } } }, { n: 4 }, ['"n" must be at most 3, not 4']],
    ["on a bound that is not allowed", { properties: { n: { exclusiveMinimum: 3 } } }, { n: 3 }, ['"n" must be more than 3, not 3']],
    [
      "on a bound, as draft 4 says it",
      { properties: { n: { maximum: 3, exclusiveMaximum: true } } },
      { n: 3 },
      ['"n" must be less than 3, not 3'],
    ],
    ["not of the step", { properties: { n: { multipleOf: 0.1 } } }, { n: 0.25 }, ['"n" must be a multiple of 0.1, not 0.25']],
    ["of the step, in floating point", { properties: { n: { multipleOf: 0.1 } } }, { n: 0.3 }, []],
    ["too short", { properties: { s: { minLength: 2 } } }, { s: "🎵" }, ['"s" must have at least 2 characters, not 1']],
    ["just long enough in characters", { properties: { s: { maxLength: 1 } } }, { s: "🎵" }, []],
    ["against a pattern", { properties: { s: { pattern: "^[a-z]+$" } } }, { s: "A" }, ['"s" must match the pattern ^[a-z]+$, not "A"']],
    ["with too few elements", { properties: { l: { minItems: 1 } } }, { l: [] }, ['"l" must have at least 1 element, not 0']],
    ["with a wrong element", { properties: { l: { items: { type: "string" } } } }, { l: ["a", 1] }, ['"l[1]" must be a string, not 1']],
    [
      "with a wrong element, as draft 7 says it",
      { properties: { l: { items: [{ type: "string" }], additionalItems: false } } },
      { l: [1, 2] },
      ['"l[0]" must be a string, not 1', '"l[1]" is not allowed here'],
    ],
    [
      "with a member too few, deep down",
      { properties: { l: { items: { properties: { sku: { type: "string" } }, required: ["sku"] } } } },
      { l: [{ sku: "a" }, {}] },
      ['"l[1]" must have the member "sku" (a string)'],
    ],
    ["with names of a wrong form", { propertyNames: { maxLength: 1 } }, { ab: 1 }, ['"ab" must have at most 1 character, not 2']],
    ["that call for another", { dependentRequired: { card: ["cvc"] } }, { card: 1 }, ['shop.buy needs the argument "cvc"']],
    ["that call for another, as draft 7 says it", { dependencies: { card: ["cvc"] } }, { card: 1 }, ['shop.buy needs the argument "cvc"']],
    [
      "of a type that a reference names",
      { $defs: { n: { type: "number" } }, properties: { n: { $ref: "#/$defs/n" } } },
      { n: "a" },
      ['"n" must be a number, not the string "a"'],
    ],
    [
      "that none of two types fits",
      { properties: { n: { anyOf: [{ type: "string" }, { type: "null" }] } } },
      { n: 1 },
      ['"n" must be a string or null, not 1'],
    ],
    [
      "of a kind that is known by its constant",
      { properties: { s: { oneOf: [kind("circle", "radius"), kind("square", "side")] } } },
      { s: { kind: "square", size: 1 } },
      ['"s" must have the member "side" (a number)'],
    ],
    [
      "of no kind that there is",
      { properties: { s: { oneOf: [kind("circle", "radius"), kind("square", "side")] } } },
      { s: { kind: "cube" } },
      ['"s" must have one of the 2 forms that are allowed'],
    ],
    ["that are forbidden", { not: { required: ["amount"] } }, { amount: 1 }, ["the arguments of shop.buy must not have this form"]],
    [
      "that a condition calls for",
      JSON.parse('{ "if": { "required": ["card"] }, "then": { "required": ["cvc"] } }') as Json,
      { card: 1 },
      ['shop.buy needs the argument "cvc"'],
    ],
    [
      "that the other side of a condition calls for",
      { if: { required: ["card"] }, else: { required: ["iban"] } },
      {},
      ['shop.buy needs the argument "iban"'],
    ],
  ];
  test.each(cases)("%s", (_, schema, value, expected) => {
    expect(faults(schema, value)).toEqual(expected);
  });
});

describe("a schema that cannot be relied on refuses nothing that may be right", () => {
  const cyclic = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } };
  const cases: readonly [name: string, schema: Json, value: Json][] = [
    ["no schema at all", "nonsense", { a: 1 }],
    ["words of the wrong type", { type: 5, properties: [], required: "a", enum: {}, minimum: "1", allOf: {}, anyOf: [] }, { a: 1 }],
    ["a type that does not exist", { properties: { a: { type: "int" } } }, { a: 1 }],
    ["a remote reference", { properties: { a: { $ref: "https://example.org/schema.json" } } }, { a: 1 }],
    ["a reference to nowhere", { properties: { a: { $ref: "#/$defs/gone" } } }, { a: 1 }],
    ["a reference to itself", cyclic, { a: 1 }],
    [
      "a reference within another document",
      { properties: { a: { $id: "https://example.org/a", $ref: "#/properties/b" }, b: { type: "string" } } },
      { a: 1 },
    ],
    ["a format, on which implementations disagree", { properties: { a: { type: "string", format: "uri" } } }, { a: "http://localhost:80" }],
    ["names by pattern", { patternProperties: { "^x-": {} }, additionalProperties: false }, { "x-a": 1 }],
    ["an OpenAPI null", { properties: { a: { type: "string", nullable: true } } }, { a: null }],
    ["a value that fits two of one", { oneOf: [{ type: "object" }, { required: ["a"] }] }, { a: 1 }],
    [
      "what is not understood, negated",
      { properties: { a: { not: { format: "uri" } }, b: { not: { pattern: "(?=x)" } } } },
      { a: "x", b: "x" },
    ],
    [
      "an alternative that is not understood, negated",
      { properties: { a: { not: { anyOf: [{ format: "uri" }, { type: "null" }] } } } },
      { a: "x" },
    ],
    ["a value that fits two of one, negated", { not: { oneOf: [{ type: "object" }, { required: ["a"] }] } }, { a: 1 }],
    ["what is not understood as a condition", { if: { properties: { a: { format: "uri" } } }, else: false }, { a: "x" }],
    ["a pattern that backtracks", { properties: { a: { pattern: "^(a+)+$" } } }, { a: "a".repeat(40) }],
    ["a pattern that only JavaScript knows", { properties: { a: { pattern: "^(?!x)" } } }, { a: "x" }],
    [
      "beside a reference in draft 7",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        properties: { a: { $ref: "#/definitions/s", type: "string" } },
        definitions: { s: {} },
      },
      { a: 1 },
    ],
  ];
  test.each(cases)("%s", (_, schema, value) => {
    expect(faults(schema, value)).toEqual([]);
  });

  test("alternatives within alternatives come to an end", () => {
    const tree: Json = {
      anyOf: [
        { type: "object", properties: { next: { $ref: "#" } } },
        { required: ["next"], properties: { next: { $ref: "#" } } },
      ],
    };
    let value: Json = { next: 1 };
    for (let depth = 0; depth < 60; depth += 1) value = { next: value };
    expect(faults(tree, value)).toEqual([]);
  });

  test("a schema as deep as a server may send it does not overflow the stack", () => {
    let schema: Json = { type: "string" };
    for (let depth = 0; depth < 5_000; depth += 1) schema = { type: "object", properties: { a: schema } };
    expect(faults(schema, { a: 1 })).toEqual(['"a" must be an object, not 1']);
  });
});

describe("arguments with expressions", () => {
  const text: Hole = { types: TYPES.string, origin: "steps.a.output.total is a string (shop.count)" };
  const unknown: Hole = { types: TYPES.any, origin: "" };
  const cases: readonly [name: string, schema: Json, value: Json, hole: Hole | undefined, expected: readonly string[]][] = [
    [
      "whose type cannot fit",
      CLOSED,
      { amount: "${{ x }}" },
      text,
      ['"amount" must be a number, but steps.a.output.total is a string (shop.count)'],
    ],
    ["whose type is not known", CLOSED, { amount: "${{ x }}" }, unknown, []],
    [
      "in a part of the arguments",
      CLOSED,
      { amount: "${{ x }}", nonsense: 1 },
      unknown,
      ['shop.buy has no argument "nonsense" - known are "amount", "note"'],
    ],
    ["where one of a few words must stand", { properties: { c: { enum: ["a", "b"] } } }, { c: "${{ x }}" }, text, []],
    ["where a long text must stand", { properties: { c: { type: "string", minLength: 100, pattern: "^z" } } }, { c: "${{ x }}" }, text, []],
    ["in an object that must be one of a few", { properties: { c: { enum: [{ a: 1 }] } } }, { c: { a: "${{ x }}" } }, unknown, []],
    ["in an alternative", { properties: { c: { anyOf: [{ const: "a" }, { type: "number" }] } } }, { c: "${{ x }}" }, text, []],
    ["in a form that is forbidden", { not: { properties: { c: { const: "a" } } } }, { c: "${{ x }}" }, text, []],
    [
      "that are a literal after all",
      { properties: { c: { const: "a" } } },
      { c: "$${{ x }}" },
      undefined,
      ['"c" must be "a", not "$${{ x }}"'],
    ],
  ];
  test.each(cases)("%s", (...[, schema, value, hole, expected]) => {
    expect(faults(schema, value, hole)).toEqual(expected);
  });
});

function kind(name: string, member: string): Json {
  return { type: "object", properties: { kind: { const: name }, [member]: { type: "number" } }, required: ["kind", member] };
}
