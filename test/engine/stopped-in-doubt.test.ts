import { expect, test } from "vitest";
import type { Plan } from "../../src/model/plan.ts";
import { live, type Story } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { lost, succeeded, World } from "../support/world.ts";

const PAY = `{ id: pay, steps: [{
  id: charge, tool: w.pay, with: {},
  verify: { tool: w.find, with: {}, happened: "\${{ output.found }}" },
  compensate: { tool: w.undo_pay, with: {} } }] }`;

/** A plan in which the server honours idempotency keys, so that a call without an answer is repeated. */
function planWithKeys(world: World, text: string): Plan {
  const { w } = world.catalog();
  if (w === undefined) throw new Error("the world has no server");
  return planOf(text, { w: { ...w, honoursIdempotencyKey: true } });
}

/** Cancels when this many calls have arrived. */
function cancelled(world: World, text: string, afterCalls: number): Story {
  return { plan: planWithKeys(world, text), world, interrupt: { afterCalls, signal: { type: "cancel" } } };
}

test("a payment that was not answered and is cancelled before it is repeated is looked for, found and undone", async () => {
  const world = new World({ pay: () => ({ outcome: lost() }), find: () => ({ outcome: succeeded({ found: true, id: "p-1" }) }) });
  const { report } = await live(cancelled(world, PAY, 1));
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "completed", compensation: "completed" }], leftovers: [] });
  expect(world.calls.map(({ tool }) => tool)).toEqual(["pay", "find", "undo_pay"]);
});

test("a payment that was not answered, did not happen and is cancelled leaves nothing to undo", async () => {
  const world = new World({ pay: () => ({ outcome: lost() }), find: () => ({ outcome: succeeded({ found: false }) }) });
  const { report } = await live(cancelled(world, PAY, 1));
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "cancelled" }] });
  expect(world.calls.map(({ tool }) => tool)).toEqual(["pay", "find"]);
});

test("a payment that was not answered and that no probe can find is asked about when it is cancelled", async () => {
  const world = new World({ pay: () => ({ outcome: lost() }) });
  const { report } = await live(cancelled(world, PAY.replace(/verify: .*,\n/, ""), 1));
  expect(report).toMatchObject({ needsPerson: true, steps: [{ status: "in_doubt" }] });
  expect(report.outcome).toBeUndefined();
});

test("a probe that waits for its next attempt goes on when the execution is cancelled", async () => {
  const world = new World({
    pay: () => ({ outcome: lost() }),
    find: (_, { calls }) => ({ outcome: calls.filter(({ tool }) => tool === "find").length === 1 ? lost() : succeeded({ found: true }) }),
  });
  const { report } = await live(cancelled(world, PAY, 4));
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "completed", compensation: "completed" }] });
  expect(world.calls.map(({ tool }) => tool)).toEqual(["pay", "pay", "pay", "find", "find", "undo_pay"]);
});

test("a payment in flight when the execution is cancelled and the process then dies is looked for", async () => {
  for (let point = 0; point < 12; point += 1) {
    const world = new World({
      pay: (call) => ({ outcome: succeeded({ id: call.key }), delayMs: 1_000 }),
      find: (_, { calls }) => ({ outcome: succeeded({ found: calls.some(({ tool }) => tool === "pay") }) }),
    });
    const { report } = await live(cancelled(world, PAY, 1), [point]);
    const undone = world.of("undo_pay").length;
    expect([report.outcome, undone], `died at point ${point}`).toEqual(["cancelled", world.of("pay").length > 0 ? 1 : 0]);
  }
});

test("a payment is looked for although the time limit passes while a person is asked about another one", async () => {
  const world = new World({
    pay: () => ({ outcome: lost() }),
    find: () => ({ outcome: succeeded({ found: true }) }),
    read_slow: () => ({ outcome: succeeded(1), delayMs: 5_000 }),
  });
  const text = `{ id: pay, timeout: 4s, steps: [
    { id: a, tool: w.pay, with: {} },
    { id: b, tool: w.pay, with: {}, verify: { tool: w.find, with: {}, happened: "\${{ output.found }}" } },
    { id: c, tool: w.read_slow, with: {} } ] }`;
  const plan = planOf(text, world.catalog());
  const { report } = await live({ plan, world, person: () => [{ type: "resolve", step: "a", verdict: "not_happened" }] });
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "cancelled" }, { status: "completed" }, {}] });
  expect(report.leftovers).toMatchObject([{ step: "b", reason: "not_compensatable" }]);
});

test("a change that a crash interrupted is undone, also when somebody cancels before it could be repeated", async () => {
  const text = `{ id: pay, steps: [
    { id: a, tool: w.pay, with: {} },
    { id: b, tool: w.set_slow, with: {}, compensate: { tool: w.undo_set, with: {} } } ] }`;
  for (let point = 0; point < 12; point += 1) {
    const world = new World({ set_slow: () => ({ outcome: succeeded(1), delayMs: 1_000 }) });
    const plan = planOf(text, world.catalog());
    const person: Story["person"] = ({ status }) =>
      status === "paused" ? [{ type: "cancel" }, { type: "resolve", step: "a", verdict: "failed" }] : [];
    const { report } = await live({ plan, world, person }, [point]);
    if (report.outcome === "completed") continue;
    expect([report.steps[1]?.compensation, world.of("undo_set").length > 0], `died at point ${point}`).toEqual(["completed", true]);
  }
});
