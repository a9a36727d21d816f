import { expect, test } from "vitest";
import { ClientWindows } from "./client-windows.ts";

test("a client that makes calls keeps its window", () => {
  const windows = new ClientWindows({ count: 2, perMs: 1_000 });
  windows.of("a", 0).send(0);
  windows.of("a", 10).send(10);
  for (let client = 0; client < 10; client += 1) windows.of(`other ${client}`, 500);
  expect(windows.of("a", 1_000).hasRoom(1_000)).toBe(false);
});

test("a client that waits for another limit keeps its window although it has made no call", () => {
  const windows = new ClientWindows({ count: 1, perMs: 1_000 });
  const waiting = windows.of("a", 0);
  waiting.beginWait();
  for (let client = 0; client < 10; client += 1) windows.of(`other ${client}`, 5_000);
  expect(windows.of("a", 6_000)).toBe(waiting);
  waiting.endWait();
  for (let client = 0; client < 10; client += 1) windows.of(`other ${client}`, 7_000);
  expect(windows.of("a", 8_000)).not.toBe(waiting);
});

test("clients are forgotten when their span is over, while others come and go", () => {
  const windows = new ClientWindows({ count: 1, perMs: 1_000 });
  let most = 0;
  for (let nowMs = 0; nowMs < 50_000; nowMs += 1) {
    windows.of(`client ${nowMs}`, nowMs).send(nowMs);
    most = Math.max(most, windows.size);
  }
  // Those of the last span, and hardly more.
  expect(most).toBeGreaterThanOrEqual(1_010);
  expect(most).toBeLessThan(2_100);
});
