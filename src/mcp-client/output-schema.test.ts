import { expect, test } from "vitest";
import { createOutputSchema } from "./output-schema.ts";

test("a breach names the place and what is wrong with it", () => {
  const schema = createOutputSchema(
    { type: "object", properties: { items: { type: "array", items: { type: "number" } } } },
    () => undefined,
  );
  expect(schema.check({ items: [1, "two"] })).toMatch(/^output\/items\/1: .*number/);
  expect(schema.check({ items: [1, 2] })).toBeUndefined();
});

test("a schema that cannot be used lets everything through, and says so once", () => {
  const reasons: string[] = [];
  const schema = createOutputSchema({ $ref: "https://schemas.invalid/total.json" }, (reason) => void reasons.push(reason));
  expect(schema.check({ total: 1 })).toBeUndefined();
  expect(schema.check({ total: 2 })).toBeUndefined();
  expect(reasons).toHaveLength(1);
});

test("the dialect of a schema is respected", () => {
  const tuple = { type: "array", items: [{ type: "number" }] };
  const old = createOutputSchema({ $schema: "http://json-schema.org/draft-07/schema#", ...tuple }, () => undefined);
  expect(old.check(["x"])).toMatch(/number/);
  const current = createOutputSchema({ type: "array", prefixItems: [{ type: "number" }] }, () => undefined);
  expect(current.check(["x"])).toMatch(/number/);
});
