import { expect, test } from "vitest";
import { seededRandom } from "./seeded-random.ts";
import { servedKills } from "./served-kills.ts";

test("what a serving process has acknowledged over HTTP and MCP is there once, however often it is killed", async () => {
  const { faults, created, executed } = await servedKills(6, seededRandom(Date.now()));
  expect(faults).toEqual([]);
  expect(created).toBeGreaterThan(8);
  expect(executed).toBeGreaterThan(8);
});
