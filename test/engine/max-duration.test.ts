import { expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import type { ToolCaller } from "../../src/ports/tool-caller.ts";
import { Bench } from "../support/bench.ts";
import { planOf } from "../support/plan-of.ts";
import { type Behaviour, lost, succeeded, World } from "../support/world.ts";

const SECOND = 1_000;

const late: Behaviour = (call) => ({ outcome: succeeded({ id: call.key }), delayMs: 600_000 });
const SLOW = { read_late: late, set_late: late, pay: late };

function plan(world: World, steps: string, more = "", children: readonly string[] = []): Plan {
  return planOf(`id: m\n${more}\nsteps:\n${steps}`, world.catalog(), children);
}

/** Waits for its turn until nobody wants it any more. */
const neverSent: ToolCaller["call"] = async (_, __, signal) => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "not sent" } };
};

const OVER = "it took longer than its max_duration of 5s";

test.each([
  ["a call that reads", "{ id: a, tool: w.read_late, with: {}, timeout: 1h, max_duration: 5s }", OVER],
  ["a call that may be repeated", "{ id: a, tool: w.set_late, with: {}, timeout: 1h, max_duration: 5s }", OVER],
  ["a wait", "{ id: a, sleep: 1h, max_duration: 5s }", OVER],
  ["a wait for a person", '{ id: a, approval: { message: "Go?" }, max_duration: 5s }', OVER],
  [
    "a list",
    "{ id: a, for_each: [1, 2, 3], max_parallel: 1, tool: w.read_each, with: {}, max_duration: 5s }",
    `${OVER}; 2 of 3 items had completed`,
  ],
  ["a child", "{ id: a, workflow: kid, max_duration: 5s }", OVER],
])("%s ends when max_duration is over, and not before", async (_, step, message) => {
  const world = new World({ ...SLOW, read_each: () => ({ outcome: succeeded(1), delayMs: 2 * SECOND }) });
  await using bench = new Bench(world);
  await bench.start(plan(world, `  - ${step}`, "", ["{ id: kid, steps: [{ id: s, sleep: 1h }] }"]));
  await bench.pass(5 * SECOND - 1);
  expect(await bench.report()).toMatchObject({ status: "executing" });
  await bench.pass(1);
  expect(await bench.report()).toMatchObject({ outcome: "failed", error: { kind: "timeout", message } });
});

test("a call that acts once is in doubt when max_duration is over, and a person may say that it did not happen", async () => {
  const world = new World(SLOW);
  await using bench = new Bench(world);
  await bench.start(plan(world, "  - { id: a, tool: w.pay, with: {}, timeout: 1h, max_duration: 5s }"));
  await bench.pass(5 * SECOND);
  expect(await bench.report()).toMatchObject({ needsPerson: true, steps: [{ status: "in_doubt", error: { kind: "timeout" } }] });
  await bench.signal({ type: "resolve", step: "a", verdict: "not_happened" });
  expect(await bench.report()).toMatchObject({ outcome: "failed", error: { kind: "timeout", message: OVER } });
  expect(world.of("pay").length).toBe(1);
});

test("a call that acts once and was not sent when max_duration is over has failed", async () => {
  const world = new World(SLOW);
  await using bench = new Bench(world, { wrap: (caller) => ({ ...caller, call: neverSent }) });
  await bench.start(plan(world, "  - { id: a, tool: w.pay, with: {}, timeout: 1h, max_duration: 5s }"));
  await bench.pass(5 * SECOND);
  expect(await bench.report()).toMatchObject({ outcome: "failed", error: { kind: "timeout" } });
  expect(world.calls).toEqual([]);
});

test("max_duration counts the time in which no process ran, and nothing is repeated when it is over", async () => {
  const world = new World(SLOW);
  await using first = new Bench(world);
  await first.start(plan(world, "  - { id: a, tool: w.set_late, with: {}, timeout: 1h, max_duration: 5s, fallback: { tool: w.set } }"));
  await using second = first.restarted();
  await second.pass(6 * SECOND);
  await second.supervisor.resume("e");
  await second.quiet();
  expect(await second.report()).toMatchObject({
    outcome: "failed",
    error: {
      kind: "timeout",
      message: `${OVER}, and last failed with: Tutti was stopped during the attempt`,
      fallback: { kind: "timeout" },
    },
  });
  expect(world.calls.map(({ tool }) => tool)).toEqual(["set_late"]);
});

test.each([
  ["before the end of its max_duration", "6s"],
  ["at the same moment", "5s"],
])("what a step waited for and what came %s is not cut off, also when nobody was there to see it", async (_, limit) => {
  const world = new World({});
  await using first = new Bench(world);
  await first.start(plan(world, `  - { id: a, sleep: 5s, max_duration: ${limit} }`));
  await using second = first.restarted();
  await second.pass(60 * SECOND);
  await second.supervisor.resume("e");
  await second.quiet();
  expect(await second.report()).toMatchObject({ outcome: "completed" });
});

test("max_duration ends a step and not its compensation, which has its own time and attempts", async () => {
  const world = new World({
    undo_flaky: (call, seen) => ({ outcome: seen.of("undo_flaky").length < 3 ? lost() : succeeded(call.input), delayMs: 9 * SECOND }),
  });
  await using bench = new Bench(world);
  await bench.start(
    plan(
      world,
      "  - { id: a, tool: w.set, with: {}, max_duration: 1s, compensate: { tool: w.undo_flaky, with: {} } }\n  - { id: b, needs: [a], tool: w.fail, with: {} }",
    ),
  );
  await bench.pass(60 * SECOND);
  expect(await bench.report()).toMatchObject({ outcome: "failed_with_rollback" });
});

test("a step that has no time at all does not act", async () => {
  const world = new World({});
  await using bench = new Bench(world);
  await bench.start(plan(world, "  - { id: a, tool: w.pay, with: {}, max_duration: 0s }"));
  await bench.pass(SECOND);
  expect(await bench.report()).toMatchObject({ outcome: "failed", error: { kind: "timeout" } });
  expect(world.calls).toEqual([]);
});
