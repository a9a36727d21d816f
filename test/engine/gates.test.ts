import { expect, test } from "vitest";
import { loadExecution } from "../../src/engine/load-execution.ts";
import { documentedSteps } from "../../src/model/documented-steps.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { reusableSteps } from "../../src/operations/reusable-steps.ts";
import { workflowResponse } from "../../src/operations/workflow-response.ts";
import { withWorkDone } from "../../src/operations/with-work-done.ts";
import { GATE_CHECKS } from "../support/gate-stories.ts";
import { type Ending, live, type Story } from "../support/lives.ts";
import { tell, type StoryKind } from "../support/stories.ts";
import { failed, succeeded, type World } from "../support/world.ts";

const UNDO = 'compensate: { tool: w.undo_pay, with: { id: "${{ output.id }}" } }';

const GREEN: StoryKind["behaviours"] = { check_green: () => ({ outcome: succeeded({ valid: true }) }) };
const RED: StoryKind["behaviours"] = { ...GREEN, check_red: () => ({ outcome: failed("tool_error", "three are red") }) };

/** A workflow with the checks of the test world, of which integration-tests never pass. */
function story(steps: string, rest = "", behaviours: StoryKind["behaviours"] = RED): Story {
  return tell({
    name: "",
    ends: "completed",
    registry: GATE_CHECKS,
    workflow: `id: w\n${rest}\nsteps:\n${steps}`,
    ...(behaviours && { behaviours }),
  });
}

/** The statuses of all steps and gates that are not as in a plain success, in one line. */
function statuses({ steps }: ExecutionReport): string {
  return steps.map(({ id, status }) => `${id} ${status}`).join(", ");
}

const refusing: Story["person"] = (report) =>
  report.steps.flatMap((step) =>
    step.waitingFor?.kind === "approval" ? [{ type: "approve" as const, step: step.id, approved: false, comment: "not like this" }] : [],
  );

test.each([
  ["fail_fast", "a--enforcement failed, a cancelled, b cancelled, c completed"],
  ["allow_partial", "a--enforcement failed, a skipped, b skipped, c completed"],
  ["best_effort", "a--enforcement failed, a skipped, b skipped, c completed"],
])("under %s a step whose gate refuses it never runs", async (mode, expected) => {
  const refused = story(
    `  - { id: a, enforcement: code-review, tool: w.pay, with: {} }
  - { id: b, needs: [a], tool: w.pay, with: {} }
  - { id: c, if: "\${{ failed('a') }}", tool: w.set, with: { why: "\${{ steps.a.error.message }}" } }`,
    `error_policy: ${mode}`,
  );
  const { report } = await live({ ...refused, person: refusing });
  expect(statuses(report)).toBe(expected);
  expect(refused.world.of("pay")).toEqual([]);
  expect(refused.world.of("set")).toMatchObject([{ input: { why: "the approval was refused: not like this" } }]);
});

test("a check that refuses before anything was changed is a validation that failed; after a change it is undone", async () => {
  const only = await live(story("  - { id: a, validation: integration-tests, value: 1 }"));
  expect(only.report).toMatchObject({ outcome: "validation_failed", error: { message: "three are red" }, leftovers: [] });
  const changed = story("  - { id: a, validation: integration-tests, tool: w.pay, with: {} }");
  expect((await live(changed)).report).toMatchObject({ outcome: "failed", leftovers: [{ step: "a", reason: "not_compensatable" }] });
});

test("an execution in which nothing but gates has completed has failed", async () => {
  const { report } = await live(
    story("  - { id: a, enforcement: unit-tests, validation: integration-tests, tool: w.pay, with: {} }", "error_policy: allow_partial"),
  );
  expect(statuses(report)).toBe("a--enforcement completed, a completed, a--validation failed");
  expect(report.outcome).toBe("failed");
});

test("on_error: continue holds for what the gates say", async () => {
  const { report } = await live(
    story(`  - { id: a, on_error: continue, validation: integration-tests, tool: w.pay, with: {} }
  - { id: b, tool: w.pay, with: {} }
  - { id: c, needs: [a], tool: w.pay, with: {} }`),
  );
  expect(statuses(report)).toBe("a completed, a--validation failed, b completed, c skipped");
  expect(report.outcome).toBe("partial_success");
});

test("the output of a step that was not accepted can be read by nobody", async () => {
  const { report } = await live(
    story(
      `  - { id: a, validation: integration-tests, tool: w.set, with: { n: 1 } }
  - { id: b, if: "\${{ always() }}", value: { status: "\${{ steps.a.status }}", output: "\${{ steps.a.?output }}" } }`,
      'error_policy: allow_partial\noutput: { a: "${{ steps.a.output }}", b: "${{ steps.b.output }}" }',
    ),
  );
  expect(report.output).toEqual({ a: null, b: { status: "failed", output: null } });
});

test("a condition is looked at before anybody is asked, and a step that runs after a failure has its gates as well", async () => {
  const { report } = await live(
    story(`  - { id: a, if: "\${{ 1 > 2 }}", enforcement: code-review, validation: manual-review, tool: w.pay, with: {} }
  - { id: b, tool: w.fail, with: {} }
  - { id: c, if: "\${{ failed('b') }}", enforcement: unit-tests, validation: manual-review, tool: w.set, with: {} }`),
  );
  expect(statuses(report)).toBe(
    "a--enforcement skipped, a skipped, a--validation skipped, b failed, c--enforcement completed, c completed, c--validation completed",
  );
  expect(report.steps[1]).toMatchObject({ skippedBecause: "condition" });
});

test("whoever cancels while a result waits to be accepted has it undone", async () => {
  const waits = story(
    '  - { id: a, validation: manual-review, tool: w.pay, with: {}, compensate: { tool: w.undo_pay, with: { id: "${{ steps.a.output.id }}" } } }',
  );
  const { report } = await live({ ...waits, person: () => [{ type: "cancel" }] });
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ compensation: "completed" }, { status: "cancelled" }] });
  expect(waits.world.of("undo_pay")).toMatchObject([{ input: { id: "e-root/a" } }]);
});

test.each([
  [
    "a step",
    'tool: w.set, with: { n: 1, key: "${{ secrets.KEY }}" }',
    'May the step "a" run? It calls w.set: {"n":1,"key":"[secret KEY]"}',
  ],
  [
    "items",
    'for_each: "${{ [1, 2] }}", tool: w.set, with: { n: "${{ item }}" }',
    'May the step "a" run? It calls w.set, once for each of these: [1,2]',
  ],
  ["names with expressions", 'name: "${{ inputs.none }}", value: 1', 'May the step "a" (${{ inputs.none }}) run? It gives: 1'],
])("a review of %s shows the exact values", async (_, keys, message) => {
  const { report } = await live({ ...story(`  - { id: a, enforcement: code-review, ${keys} }`), person: () => [{ type: "cancel" }] });
  const asked = story(`  - { id: a, enforcement: code-review, ${keys} }`);
  const messages: (string | undefined)[] = [];
  await live({ ...asked, person: ({ steps }) => (messages.push(steps[0]?.waitingFor?.message), [{ type: "cancel" }]) });
  expect(messages).toEqual([message]);
  expect(report.outcome).toBe("cancelled");
});

test("a long result is shown in part, and how long it is", async () => {
  const messages: string[] = [];
  const long = story(`  - { id: a, validation: manual-review, value: "${"x".repeat(9_000)}" }`);
  await live({ ...long, person: ({ steps }) => (messages.push(steps[1]?.waitingFor?.message ?? ""), [{ type: "cancel" }]) });
  expect(messages).toMatchObject([expect.stringMatching(/x{3999}\.\.\. \(the first 4000 of 9002 characters\)$/)]);
});

test.each([
  [
    "may be repeated runs again, and its gates are asked again",
    "set",
    ["b"],
    "a--enforcement completed, a completed, a--validation completed, b completed",
  ],
  [
    "may act once only stands, and only its validation is repeated",
    "pay",
    ["a--enforcement", "b", "a"],
    "a--enforcement completed, a completed, a--validation completed, b completed",
  ],
])("a refused result that %s", async (_, tool, reused, expected) => {
  const steps = `  - { id: a, enforcement: unit-tests, validation: manual-review, tool: w.${tool}, with: {} }\n  - { id: b, tool: w.set, with: {} }`;
  const first = { ...story(steps, "error_policy: allow_partial"), person: refusing };
  const ended = await live(first);
  expect(statuses(ended.report)).toBe("a--enforcement completed, a completed, a--validation failed, b completed");
  const again = await retried(first, ended, story(steps, "error_policy: allow_partial"));
  expect(again.reused).toEqual(reused);
  expect(statuses(again.report)).toBe(expected);
  expect(again.world.of(tool === "pay" ? "pay" : "check_green")).toHaveLength(tool === "pay" ? 0 : 1);
  expect(documentedSteps(again.report.steps).map(({ status }) => status)).toEqual(["completed", "completed"]);
});

test("an execution that is retried from a step on asks what stands before that again", async () => {
  const steps = `  - { id: a, tool: w.set, with: {} }\n  - { id: b, needs: [a], enforcement: unit-tests, tool: w.set, with: {} }`;
  const first = story(steps);
  const ended = await live(first);
  expect(reusableSteps(first.plan, ended.report.steps, "b").reused.map(({ step }) => step)).toEqual(["a"]);
});

test("who asked with an envelope is told of steps and not of their gates", async () => {
  const refused = story(`  - { id: a, enforcement: unit-tests, tool: w.pay, with: {}, ${UNDO} }
  - { id: b, validation: unit-tests, needs: [a], tool: w.pay, with: {}, ${UNDO} }
  - { id: c, validation: integration-tests, needs: [b], tool: w.set, with: {} }`);
  expect(workflowResponse((await live(refused)).report, refused.plan).data).toEqual({
    status: "failed_with_rollback",
    results: { completed: ["a", "b"], failed: "c", rollback: ["undo_pay", "undo_pay"] },
  });
  const only = story("  - { id: a, enforcement: unit-tests, validation: integration-tests, value: 1 }");
  expect(workflowResponse((await live(only)).report, only.plan).data).toEqual({
    status: "validation_failed",
    results: { failed_validations: ["a"] },
  });
});

async function retried(
  first: Story,
  { report, journal }: Ending,
  second: Story,
): Promise<{ readonly report: ExecutionReport; readonly world: World; readonly reused: readonly string[] }> {
  const { reused } = reusableSteps(first.plan, report.steps);
  const retryOf = { executionId: report.executionId, reused: withWorkDone(reused, await loadExecution(journal, report.executionId)) };
  const next = await live({ ...second, executionId: "e-again", journal, retryOf });
  return { report: next.report, world: second.world, reused: reused.map(({ step }) => step) };
}
