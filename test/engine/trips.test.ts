import { expect, test } from "vitest";
import { sleep } from "../../src/base/clock.ts";
import type { CallOutcome, CallTrip } from "../../src/model/call.ts";
import { Bench } from "../support/bench.ts";
import { planOf } from "../support/plan-of.ts";
import { World } from "../support/world.ts";

const LOST = { replica: "a", kind: "connection", message: "connection lost" } as const;
const TRIP: CallTrip = { replica: "b", failovers: [LOST], queuedMs: 30, serverMs: 50, overheadMs: 1 };

/** Calls that take 100 ms, and end as they are told, one after the other. */
function told(...outcomes: readonly CallOutcome[]): Bench {
  let call = 0;
  return new Bench(new World({}), {
    wrap: (caller, clock) => ({
      ...caller,
      call: async (_, gate, signal) => {
        await gate.sending();
        await sleep(clock, 100, signal);
        return outcomes[call++] ?? { kind: "succeeded", output: null };
      },
    }),
  });
}

test("where a call has been is in the journal and in the report, with all the time that it took here", async () => {
  await using bench = told({ kind: "succeeded", output: 1, trip: TRIP });
  await bench.start(planOf("{ id: m, steps: [{ id: a, tool: w.pay, with: {} }] }", bench.world.catalog()));
  await bench.pass(100);
  const events = await bench.journal.read("e");
  expect(events.find(({ type }) => type === "call-succeeded")).toMatchObject({ trip: { ...TRIP, overheadMs: 20 } });
  expect(await bench.report()).toMatchObject({
    outcome: "completed",
    steps: [{ replica: "b", failovers: [LOST] }],
    metrics: { queuedMs: 30, serverMs: 50, overheadMs: 20, overheadShare: 20 / 70, failovers: 1 },
  });
});

test("attempts that failed, or came in doubt, have been somewhere too", async () => {
  const lost = { kind: "connection", message: "lost" } as const;
  await using bench = told({ kind: "failed", accepted: false, error: lost, trip: TRIP }, { kind: "unknown", error: lost, trip: TRIP });
  await bench.start(planOf("{ id: m, steps: [{ id: a, tool: w.pay, with: {} }] }", bench.world.catalog()));
  await bench.pass(1_000);
  const before = await bench.report();
  expect(before).toMatchObject({
    needsPerson: true,
    steps: [{ status: "in_doubt", replica: "b", failovers: [LOST, LOST] }],
    metrics: { calls: 2, retries: 1, failovers: 2, queuedMs: 60 },
  });
  await using second = bench.restarted();
  expect(await second.report()).toEqual(before);
});

test("a step tells the first twenty replicas that its calls have left, and counts them all", async () => {
  const outcomes = Array.from({ length: 15 }, (): CallOutcome => ({
    kind: "succeeded",
    output: 1,
    trip: { ...TRIP, failovers: [LOST, LOST] },
  }));
  await using bench = told(...outcomes);
  const items = JSON.stringify(outcomes.map((_, item) => item));
  await bench.start(planOf(`{ id: m, steps: [{ id: a, for_each: ${items}, tool: w.read, with: {} }] }`, bench.world.catalog()));
  await bench.pass(100);
  const { steps, metrics } = await bench.report();
  expect([steps[0]?.failovers?.length, metrics.failovers]).toEqual([20, 30]);
});
