import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { live } from "../support/lives.ts";
import { tell } from "../support/stories.ts";
import { type Answer, type Behaviour, failed, lost, partly, succeeded, type World } from "../support/world.ts";

const MISSING = "1 of 3 shards did not answer";

function part(output: Json): Answer {
  return { outcome: partly(output, MISSING) };
}

async function told(
  workflow: string,
  behaviours: Readonly<Record<string, Behaviour>>,
  children: readonly string[] = [],
): Promise<{ readonly report: ExecutionReport; readonly world: World }> {
  const { person: _nobody, ...story } = tell({ name: "", ends: "completed", workflow, behaviours, children });
  const { report } = await live(story);
  return { report, world: story.world };
}

test("a probe that could look at a part only does not tell that a payment did not happen", async () => {
  const { report, world } = await told(
    `{ id: w, steps: [{ id: pay, tool: w.pay, with: {}, verify: { tool: w.find, with: {}, happened: "\${{ output.found }}" } }] }`,
    { pay: () => ({ outcome: lost() }), find: () => part({ found: false }) },
  );
  expect(report).toMatchObject({ needsPerson: true, steps: [{ status: "in_doubt" }] });
  expect(world.calls.map(({ tool }) => tool)).toEqual(["pay", "find"]);
});

test.each([
  ["that may be repeated is tried until it is whole, and else left behind", "undo_set", 3],
  ["that acts each time is not sent again", "refund", 1],
])("undoing of which only a part was done, %s", async (_, tool, times) => {
  const { report, world } = await told(
    `{ id: w, steps: [
      { id: a, tool: w.set, with: {}, compensate: { tool: w.${tool}, with: {} } },
      { id: b, needs: [a], tool: w.fail, with: {} } ] }`,
    { undo_set: () => part({ undone: 2 }), refund: () => part({ undone: 2 }) },
  );
  expect(report.outcome).toBe("rollback_failed");
  expect(report.leftovers).toMatchObject([{ step: "a", reason: "compensation_failed", error: { message: MISSING, tool } }]);
  expect(world.of(tool)).toHaveLength(times);
});

test("what was done in part is undone with what it gave", async () => {
  const { report, world } = await told(
    `{ id: w, steps: [
      { id: a, tool: w.set, with: {}, compensate: { tool: w.undo_set, with: { ids: "\${{ output.ids }}" } } },
      { id: b, needs: [a], tool: w.fail, with: {} } ] }`,
    { set: () => part({ ids: [1, 2] }) },
  );
  expect(report.outcome).toBe("failed_with_rollback");
  expect(world.of("undo_set").map(({ input }) => input)).toEqual([{ ids: [1, 2] }]);
});

test.each([
  ["before", 1],
  ["after", 2],
])("an item of which a part is missing counts, whether another one falls back %s it", async (_, second) => {
  const { report } = await told(
    `{ id: w, steps: [{ id: a, for_each: [0, 1, 2], max_parallel: 1, tool: w.set, with: { n: "\${{ item }}" }, fallback: { value: none } }] }`,
    {
      set: ({ input }) => {
        const { n } = input as { readonly n: number };
        if (n === 0) return { outcome: succeeded(n) };
        return n === second ? part(n) : { outcome: failed("tool_error", "no") };
      },
    },
  );
  expect(report).toMatchObject({
    outcome: "partial_success",
    steps: [
      { status: "completed", degraded: "partial", error: { message: MISSING }, output: second === 1 ? [0, 1, "none"] : [0, "none", 2] },
    ],
  });
});

test("what stands in for a call, and gives a part, is named with what it left out", async () => {
  const { report } = await told(`{ id: w, steps: [{ id: a, tool: w.fail, with: {}, fallback: { tool: w.set, with: {} } }] }`, {
    set: () => part(1),
  });
  expect(report).toMatchObject({
    outcome: "partial_success",
    steps: [{ status: "completed", output: 1, degraded: "partial", error: { message: MISSING, tool: "set" } }],
  });
});

test("a finally step that did only a part of its work spoils a success, and nothing else", async () => {
  const workflow = (tool: string): string =>
    `{ id: w, steps: [{ id: a, tool: w.${tool}, with: {} }], finally: [{ id: note, tool: w.set, with: {} }] }`;
  const behaviours = { set: () => part(1) };
  expect((await told(workflow("read"), behaviours)).report.outcome).toBe("partial_success");
  expect((await told(workflow("fail"), behaviours)).report.outcome).toBe("failed");
});

test("a child that gave a part gives its parent a part", async () => {
  const { report } = await told(
    "{ id: parent, steps: [{ id: kid, workflow: child }], output: '${{ steps.kid.output }}' }",
    { read: () => part([1, 2]) },
    ["{ id: child, steps: [{ id: find, tool: w.read, with: {} }], output: '${{ steps.find.output }}' }"],
  );
  const [kid] = report.steps;
  expect(report).toMatchObject({ outcome: "partial_success", output: [1, 2] });
  expect(kid).toMatchObject({ status: "completed", degraded: "partial" });
  expect(kid?.error).toEqual({
    kind: "child",
    message: `workflow "child" ended partial_success: ${MISSING}`,
    detail: { execution_id: kid?.childId, outcome: "partial_success" },
    attempt: 1,
  });
});

test("a part that is taken over is still a part", async () => {
  const story = tell({ name: "", ends: "completed", workflow: SEARCH_AND_PAY });
  const error = { kind: "tool_error", message: MISSING } as const;
  const reused = [{ step: "find", output: 1, degraded: "partial", error }] as const;
  const { report } = await live({ ...story, retryOf: { executionId: "e-first", reused } });
  expect(report).toMatchObject({ outcome: "partial_success", retryOf: "e-first" });
  expect(report.steps).toMatchObject([
    { status: "completed", skippedBecause: "reused", degraded: "partial", error },
    { status: "completed" },
  ]);
  expect(story.world.calls.map(({ tool }) => tool)).toEqual(["pay"]);
});

const SEARCH_AND_PAY = "{ id: w, steps: [{ id: find, tool: w.read, with: {} }, { id: pay, needs: [find], tool: w.pay, with: {} }] }";

test("a validation that says no is a no, also in a part of an answer; a yes is a partial one", async () => {
  const workflow = "{ id: w, steps: [{ id: check, tool: w.check, with: {}, validates: true }] }";
  const no = await told(workflow, { check: () => part({ valid: false, reason: "out of stock" }) });
  expect(no.report).toMatchObject({ outcome: "validation_failed", steps: [{ status: "failed", error: { message: "out of stock" } }] });
  const yes = await told(workflow, { check: () => part({ valid: true }) });
  expect(yes.report).toMatchObject({ outcome: "partial_success", steps: [{ status: "completed", degraded: "partial" }] });
});
