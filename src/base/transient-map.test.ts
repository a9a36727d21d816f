import { expect, test } from "vitest";
import { TransientMap } from "./transient-map.ts";

test("a key has the value that was set last, until it is deleted", () => {
  const map = new TransientMap<string, number>();
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  expect(map.get("a")).toBe(3);
  expect(new Set(map.values())).toEqual(new Set([2, 3]));
  map.delete("a");
  map.delete("c");
  expect(map.get("a")).toBeUndefined();
  expect(map.has("a")).toBe(false);
  expect(map.has("b")).toBe(true);
  expect([...map.values()]).toEqual([2]);
});

test("values may be deleted while they are walked over", () => {
  const map = new TransientMap<number, number>();
  for (let key = 0; key < 5; key += 1) map.set(key, key);
  for (const value of map.values()) map.delete(value);
  expect([...map.values()]).toEqual([]);
});
