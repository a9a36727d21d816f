import { expect, test } from "vitest";
import { live } from "../support/lives.ts";
import { tell } from "../support/stories.ts";
import { planOf } from "../support/plan-of.ts";
import { failed, lost, World } from "../support/world.ts";

test("a fallback that waits for its next attempt when the execution is cancelled does not hold it up", async () => {
  const story = tell({
    name: "",
    ends: "cancelled",
    workflow: `{ id: w, steps: [{ id: a, tool: w.fail, with: {}, fallback: { tool: w.set_busy, with: {} } }] }`,
    behaviours: { set_busy: () => ({ outcome: failed("connection", "not now", false) }) },
    interrupt: { afterCalls: 2, signal: { type: "cancel" } },
  });
  const { report } = await live(story);
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "cancelled", error: { kind: "tool_error" } }] });
});

test("items whose fallbacks wait for their next attempts do not hold up a cancelled execution", async () => {
  const story = tell({
    name: "",
    ends: "cancelled",
    workflow: `{ id: w, steps: [{ id: a, for_each: [1, 2], tool: w.fail, with: {}, fallback: { tool: w.set_busy, with: {} } }] }`,
    behaviours: { set_busy: () => ({ outcome: failed("connection", "not now", false) }) },
    interrupt: { afterCalls: 4, signal: { type: "cancel" } },
  });
  const { report } = await live(story);
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "cancelled" }] });
});

test("an item whose fallback was in doubt and did not happen does not hold up a cancelled execution", async () => {
  let asked = 0;
  const story = tell({
    name: "",
    ends: "cancelled",
    workflow: `{ id: w, steps: [
      { id: a, for_each: [1], tool: w.fail, with: {}, fallback: { tool: w.pay_lost, with: {} } },
      { id: b, sleep: 1h } ] }`,
    behaviours: { pay_lost: () => ({ outcome: lost() }) },
  });
  const { report } = await live({
    ...story,
    person: () => ((asked += 1) === 1 ? [{ type: "cancel" }] : [{ type: "resolve", step: "a", item: 0, verdict: "not_happened" }]),
  });
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ status: "failed" }, { status: "cancelled" }] });
});

const PAID_OTHERWISE = `{ id: w, steps: [{ id: a, tool: w.fail, with: {}, fallback: { tool: w.pay, with: {} } }] }`;

test("a fallback that was not answered and is cancelled before it is repeated is asked about", async () => {
  const world = new World({ pay: () => ({ outcome: lost() }) });
  const { w } = world.catalog();
  if (w === undefined) throw new Error("the world has no server");
  const plan = planOf(PAID_OTHERWISE, { w: { ...w, honoursIdempotencyKey: true } });
  const { report } = await live({ plan, world, interrupt: { afterCalls: 2, signal: { type: "cancel" } } });
  expect(report).toMatchObject({ needsPerson: true, steps: [{ status: "in_doubt", error: { kind: "connection" } }] });
  const said = await live({
    plan,
    executionId: "e-2",
    world: new World({ pay: () => ({ outcome: lost() }) }),
    interrupt: { afterCalls: 2, signal: { type: "cancel" } },
    person: () => [{ type: "resolve", step: "a", verdict: "not_happened" }],
  });
  expect(said.report).toMatchObject({ outcome: "cancelled", steps: [{ status: "cancelled" }] });
});

test("a step whose fallback is said to have happened fell back like any other", async () => {
  const story = tell({ name: "", ends: "completed", workflow: PAID_OTHERWISE, behaviours: { pay: () => ({ outcome: lost() }) } });
  const { report } = await live({ ...story, person: () => [{ type: "resolve", step: "a", verdict: "happened", output: 1 }] });
  expect(report).toMatchObject({ outcome: "completed", steps: [{ status: "completed", degraded: "fallback", output: 1 }] });
});

test("whoever is asked about a fallback whose process died is told which call it was", async () => {
  const story = tell({ name: "", ends: "completed", workflow: PAID_OTHERWISE });
  const { person: _nobody, ...alone } = story;
  const asked: string[] = [];
  for (let point = 0; point < 14; point += 1) {
    const { report } = await live({ ...alone, world: new World({}) }, [point]);
    if (report.needsPerson) asked.push(`${report.steps[0]?.error?.kind} ${report.steps[0]?.error?.tool}`);
  }
  expect(new Set(asked)).toEqual(new Set(["interrupted fail", "interrupted pay"]));
});
