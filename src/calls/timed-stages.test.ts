import { expect, test } from "vitest";
import { callOnItsWay } from "../../test/support/call-on-its-way.ts";
import { linesOf } from "../../test/support/log-lines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { CallOutcome } from "../model/call.ts";
import type { CallStage, NextStage } from "./call-stage.ts";
import { timedStages } from "./timed-stages.ts";

const WELL: CallOutcome = { kind: "succeeded", output: 1 };

/** Takes some time before and after what follows. */
function slow(clock: ManualClock, beforeMs: number, afterMs: number): CallStage {
  return async (call, next) => {
    clock.advance(beforeMs);
    const outcome = await next({ ...call, request: { ...call.request, tool: "changed" } });
    clock.advance(afterMs);
    return outcome;
  };
}

test("at level trace each call is followed by a line that says how long it was in each stage, without what came after that", async () => {
  const clock = new ManualClock();
  const { log, lines } = linesOf("trace");
  const end: NextStage = async () => {
    clock.advance(100);
    return WELL;
  };
  const stages = [
    { name: "first", stage: slow(clock, 1, 2) },
    { name: "second", stage: slow(clock, 10, 20) },
  ];
  const path = timedStages(stages, end, { log, clock });
  expect(await path(callOnItsWay({}, clock))).toBe(WELL);
  expect(lines).toMatchObject([{ level: "trace", fields: { total_ms: 133, call: "a", stages_ms: { first: 3, second: 30, server: 100 } } }]);
  expect(JSON.stringify(lines)).toContain('{"first":3,"second":30,"server":100}');
});

test("stages that were not reached are not told of, and a failure is told of as well", async () => {
  const clock = new ManualClock();
  const { log, lines } = linesOf("trace");
  const refusing: CallStage = async () => {
    clock.advance(4);
    throw new Error("no");
  };
  const path = timedStages(
    [
      { name: "first", stage: refusing },
      { name: "second", stage: slow(clock, 1, 1) },
    ],
    async () => WELL,
    { log, clock },
  );
  await expect(path(callOnItsWay({}, clock))).rejects.toThrow("no");
  expect(lines[0]?.fields["stages_ms"]).toEqual({ first: 4 });
});

test("while a stage has several calls on their way, the time counts once, and is not its own", async () => {
  const clock = new ManualClock();
  const { log, lines } = linesOf("trace");
  const waits: (() => void)[] = [];
  const twice: CallStage = async (call, next) => {
    clock.advance(1);
    const first = next(call);
    clock.advance(10);
    const second = next(call);
    clock.advance(5);
    for (const wait of waits) wait();
    await Promise.all([first, second]);
    clock.advance(2);
    return WELL;
  };
  const end: NextStage = async () => {
    await new Promise<void>((resolve) => waits.push(resolve));
    return WELL;
  };
  await timedStages([{ name: "twice", stage: twice }], end, { log, clock })(callOnItsWay({}, clock));
  expect(lines[0]?.fields).toMatchObject({ total_ms: 18, stages_ms: { twice: 3, server: 20 } });
});

test("when nobody wants to know, the stages are joined as they are", async () => {
  const clock = new ManualClock();
  const { log, lines } = linesOf("debug");
  let read = 0;
  const counting = { monotonicMs: () => (read += 1) };
  const path = timedStages([{ name: "first", stage: slow(clock, 1, 2) }], async () => WELL, { log, clock: counting });
  expect(await path(callOnItsWay({}, clock))).toBe(WELL);
  expect([read, lines.length]).toEqual([0, 0]);
});
