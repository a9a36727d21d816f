import { expect, test } from "vitest";
import { randomIds } from "./ids.ts";

test("ids are different UUIDs of version 7 that carry the time", () => {
  const beforeMs = Date.now();
  const id = randomIds.next();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const madeMs = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  expect(madeMs).toBeGreaterThanOrEqual(beforeMs);
  expect(madeMs).toBeLessThanOrEqual(Date.now());
});

test("ids are sorted in the order in which they were made, however many one millisecond has", () => {
  const ids = Array.from({ length: 20_000 }, () => randomIds.next());
  expect([...ids].sort((left, right) => (left < right ? -1 : 1))).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
