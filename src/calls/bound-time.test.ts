import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { beginCall } from "../mcp-client/live-call.ts";
import type { CallOutcome } from "../model/call.ts";
import { boundTime } from "./bound-time.ts";
import type { NextStage } from "./call-stage.ts";
import { notSent } from "./not-sent.ts";

/** The next stage waits in vain for its turn. */
const waitsForever: NextStage = ({ request, signal }) =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(notSent(request, "it was cancelled while it waited for its turn")));
  });

/** The server has the call and is silent; it is ended as a connection does it. */
function silentServer(clock: ManualClock): NextStage {
  return ({ request, signal }) =>
    new Promise((resolve) => {
      const live = beginCall(clock, signal, request.timeoutMs);
      live.signal.addEventListener("abort", () => {
        const kind = live.timedOut ? "timeout" : "cancelled";
        resolve({ kind: "unknown", error: { kind, message: `no answer within ${request.timeoutMs} ms` } });
        live[Symbol.dispose]();
      });
    });
}

test("a call without a limit goes on as it is", async () => {
  const call = callOnItsWay();
  const outcome = await boundTime(new ManualClock())(call, async (further) => ({ kind: "succeeded", output: further === call }));
  expect(outcome).toEqual({ kind: "succeeded", output: true });
});

test("a call that still waits when its time is up has timed out, is known to have done nothing, and says what it waited for", async () => {
  const clock = new ManualClock();
  const ending = boundTime(clock)(callOnItsWay({ leftMs: 1_500 }, clock), waitsForever);
  clock.advance(1_499);
  clock.advance(1);
  expect(await ending).toEqual({
    kind: "failed",
    accepted: false,
    error: {
      kind: "timeout",
      message: "the 1.5 s that were left for the call were up before it was sent: it was cancelled while it waited for its turn",
      server: "s",
      tool: "t",
    },
  });
  expect(clock.nextMs).toBeUndefined();
});

test("a server that is silent all the time ends in a timeout of its own, also where less is left than an attempt may take", async () => {
  const clock = new ManualClock();
  let seen: CallOutcome | undefined;
  const silent = silentServer(clock);
  const ending = boundTime(clock)(callOnItsWay({ leftMs: 1_000, timeoutMs: 5_000 }, clock), async (further) => {
    seen = await silent(further);
    return seen;
  });
  clock.advance(1_000);
  expect(await ending).toEqual({
    kind: "unknown",
    error: { kind: "timeout", message: "no answer within the 1.0 s that were left for the call; the server was told to stop" },
  });
  // What the breaker of the server gets to see.
  expect(seen).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
});

test("a call that waited most of its time is ended in time, and what the server did is not known", async () => {
  const clock = new ManualClock();
  const silent = silentServer(clock);
  const waited = Promise.withResolvers<void>();
  const ending = boundTime(clock)(callOnItsWay({ leftMs: 1_000, timeoutMs: 900 }, clock), async (further) => {
    await waited.promise;
    return await silent(further);
  });
  clock.advance(700);
  waited.resolve();
  await Promise.resolve();
  clock.advance(299);
  clock.advance(1);
  expect(await ending).toMatchObject({ kind: "unknown", error: { kind: "timeout" } });
  expect(clock.nextMs).toBeUndefined();
});

test.each([0, -5])("with %s ms left nothing is tried", async (leftMs) => {
  const outcome = await boundTime(new ManualClock())(callOnItsWay({ leftMs }), () => expect.unreachable());
  expect(outcome).toMatchObject({ kind: "failed", accepted: false, error: { kind: "timeout" } });
});

test("what ends for another reason keeps it, also an answer that comes with the last moment", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const cancelled = boundTime(clock)(callOnItsWay({ leftMs: 1_000 }, clock, { signal: stop.signal }), waitsForever);
  stop.abort(new Error("enough"));
  expect(await cancelled).toMatchObject({ error: { kind: "cancelled" } });
  const answered = boundTime(clock)(callOnItsWay({ leftMs: 1_000 }, clock), async () => {
    clock.advance(1_000);
    return { kind: "succeeded", output: 1 };
  });
  expect(await answered).toEqual({ kind: "succeeded", output: 1 });
  const refusedByTool = boundTime(clock)(callOnItsWay({ leftMs: 1_000 }, clock), async () => {
    clock.advance(1_000);
    return { kind: "failed", accepted: true, error: { kind: "tool_error", message: "no" } };
  });
  expect(await refusedByTool).toMatchObject({ error: { kind: "tool_error", message: "no" } });
});
