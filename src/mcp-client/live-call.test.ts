import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { beginCall } from "./live-call.ts";

test("the time of a call stands still while it is held, and begins anew after that", () => {
  const clock = new ManualClock();
  using call = beginCall(clock, new AbortController().signal, 100);
  clock.advance(90);
  call.hold();
  call.hold();
  clock.advance(1_000);
  call.release();
  clock.advance(1_000);
  call.release();
  clock.advance(99);
  expect(call.timedOut).toBe(false);
  clock.advance(1);
  expect(call.timedOut).toBe(true);
  expect(call.signal.aborted).toBe(true);
});

test("an abort of the caller is no timeout", () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  using call = beginCall(clock, caller.signal, 100);
  caller.abort();
  clock.advance(200);
  expect(call.signal.aborted).toBe(true);
  expect(call.timedOut).toBe(false);
});

test("after its end a call keeps no timer, also when it is released later", () => {
  const clock = new ManualClock();
  const call = beginCall(clock, new AbortController().signal, 100);
  call.hold();
  call[Symbol.dispose]();
  call.release();
  expect(clock.nextMs).toBeUndefined();
});
