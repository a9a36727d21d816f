import { expect, test } from "vitest";
import * as z from "zod";
import { OPERATIONS } from "./operations.ts";

test("every operation has a name of its own, in snake_case", () => {
  const names = OPERATIONS.map((operation) => operation.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

test.each(OPERATIONS)("the documents of $name have JSON Schemas", (operation) => {
  for (const schema of [operation.input, operation.output, operation.item ?? z.string()]) {
    expect(z.toJSONSchema(schema, { io: "input" })).toBeTypeOf("object");
  }
});

test.each(OPERATIONS)("what $name takes is snake_case on the wire", (operation) => {
  const schema = z.toJSONSchema(operation.input, { io: "input" });
  for (const key of Object.keys(schema.properties ?? {})) expect(key).toMatch(/^[a-z]+(_[a-z]+)*$/);
});
