import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { expect, test } from "vitest";
import { ReplayLog } from "./replay-log.ts";

const message = (number: number, text = ""): JSONRPCMessage => ({ jsonrpc: "2.0", method: "notifications/x", params: { number, text } });

async function replayed(log: ReturnType<ReplayLog["of"]>, after: string): Promise<readonly unknown[]> {
  const sent: unknown[] = [];
  await log.replayEventsAfter(after, {
    send: async (_, kept) => {
      if ("params" in kept) sent.push((kept.params as { readonly number?: unknown }).number);
    },
  });
  return sent;
}

test("what came after a message is sent again in its order, of the same stream and session only", async () => {
  const replay = new ReplayLog(100_000);
  const [mine, yours] = [replay.of("mine"), replay.of("yours")];
  const first = await mine.storeEvent("a", message(1));
  await mine.storeEvent("b", message(2));
  await yours.storeEvent("a", message(3));
  const fourth = await mine.storeEvent("a", message(4));
  await mine.storeEvent("a", message(5));
  expect(await replayed(mine, first)).toEqual([4, 5]);
  expect(await replayed(mine, fourth)).toEqual([5]);
  expect(await replayed(yours, first)).toEqual([3]);
  expect(await mine.getStreamIdForEventId?.(first)).toBe("a");
  expect(await mine.getStreamIdForEventId?.("nonsense")).toBeUndefined();
});

test("the place before the first message has an id of its own", async () => {
  const log = new ReplayLog(100_000).of("mine");
  // The SDK stores an empty message for it.
  const start = await log.storeEvent("a", {} as JSONRPCMessage);
  await log.storeEvent("a", message(1));
  expect(await replayed(log, start)).toEqual([1]);
});

test("it keeps no more than it may, over all sessions, and drops what is oldest", async () => {
  const replay = new ReplayLog(1_000);
  const [mine, yours] = [replay.of("mine"), replay.of("yours")];
  const start = await mine.storeEvent("a", {} as JSONRPCMessage);
  await mine.storeEvent("a", message(1, "x".repeat(300)));
  await mine.storeEvent("a", message(2, "x".repeat(300)));
  await yours.storeEvent("a", message(3, "x".repeat(300)));
  expect(await replayed(mine, start)).toEqual([2]);
  await yours.storeEvent("a", message(4, "x".repeat(2_000)));
  expect(await replayed(yours, start)).toEqual([3]);
});

test("a session that was forgotten gets nothing, and leaves nothing", async () => {
  const replay = new ReplayLog(1_000);
  const log = replay.of("mine");
  const start = await log.storeEvent("a", {} as JSONRPCMessage);
  await log.storeEvent("a", message(1));
  replay.forget("mine");
  await log.storeEvent("a", message(2));
  expect(await replayed(log, start)).toEqual([]);
});
