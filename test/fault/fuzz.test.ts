import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";

test("nonsense over HTTP, WebSocket and stdio ends nothing, and keeps nobody else from being answered", async () => {
  const { faults, sent } = await fuzz(2_000, Date.now());
  expect(faults).toEqual([]);
  expect(sent).toBeGreaterThanOrEqual(8_000);
});
