import fc from "fast-check";
import { expect, test } from "vitest";
import { defined } from "../../src/base/defined.ts";
import { fold } from "../../src/engine/fold.ts";
import { newState } from "../../src/engine/execution-state.ts";
import { reportExecution } from "../../src/engine/report.ts";
import { callId, withoutRole } from "../../src/model/call.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { live, type Story } from "../support/lives.ts";
import { fateOf, type RandomStep, type RandomStory, randomStory, STORY_META, storyOf } from "../support/random-story.ts";
import { numberIn, type WorldCall } from "../support/world.ts";

test(
  "random graphs with failures, delays and crashes end in an allowed outcome, in order, with every event in place",
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(randomStory, async (random) => {
        const told = storyOf(random);
        const { report, journal } = await live(told, random.deaths);
        const events = await journal.read(report.executionId);
        expect(allowedEnds(random)).toContain(report.outcome);
        checkOrder(random, told, report.executionId, events);
        checkUndoing(events);
        checkFold(told, report.executionId, events);
        checkOnce(random, told);
        checkTenant(told);
        checkDenied(random, told, report.executionId, events);
        checkNothingHidden(random, told, report);
        checkBrief(random, report);
      }),
      { numRuns: 100, examples: FOUND },
    );
  },
);

/** A step became ready in the moment in which another one failed, and began in an execution that was ending. */
const QUIET = {
  fallback: "none",
  each: false,
  verified: false,
  compensated: false,
  tolerant: false,
  brief: false,
  condition: "none",
} as const;
const FOUND: [RandomStory][] = [
  [
    {
      steps: [
        { ...QUIET, needs: [], tool: "read", fate: "fails", each: true },
        { ...QUIET, needs: [0], tool: "pay", fate: "lost", condition: "always" },
        { ...QUIET, needs: [], tool: "read", fate: "succeeds" },
        { ...QUIET, needs: [2], tool: "read", fate: "succeeds" },
        { ...QUIET, needs: [], tool: "read", fate: "fails", tolerant: true },
      ],
      mode: "fail_fast",
      honoursKey: true,
      hasty: false,
      interrupt: undefined,
      deaths: [3],
    },
  ],
];

function allowedEnds({ mode, hasty, interrupt }: RandomStory): readonly string[] {
  return [
    "completed",
    "failed",
    "partial_success",
    ...(mode === "fail_fast" ? ["failed_with_rollback", "rollback_failed"] : []),
    ...(hasty || interrupt?.type === "cancel" ? ["cancelled", "rollback_failed"] : []),
  ];
}

/** No step begins before those that it needs have completed. */
function checkOrder(random: RandomStory, told: Story, executionId: string, events: readonly ExecutionEvent[]): void {
  const state = newState(told.plan, executionId);
  const tooEarly: string[] = [];
  for (const event of events) {
    const begun = event.type === "call-started" && event.call.role === undefined && event.attempt === 1 ? event.call.step : undefined;
    const step = begun === undefined ? undefined : state.steps[state.indexById.get(begun) ?? -1];
    const needs = step === undefined || random.steps[step.index]?.condition === "always" ? [] : step.node.needs;
    tooEarly.push(...needs.filter((need) => state.steps[need]?.status !== "completed").map((need) => `${begun} before s${need}`));
    fold(state, event);
  }
  expect(tooEarly).toEqual([]);
}

/** What was done last is undone first. */
function checkUndoing(events: readonly ExecutionEvent[]): void {
  const undone = events.flatMap((event) =>
    event.type === "call-started" && event.call.role === "compensate" && event.attempt === 1 ? [callId(withoutRole(event.call))] : [],
  );
  const done = events.flatMap((event) =>
    (event.type === "call-succeeded" || (event.type === "call-resolved" && event.verdict === "happened")) && event.call.role === undefined
      ? [callId(event.call)]
      : [],
  );
  const places = undone.filter((id, index) => undone.indexOf(id) === index).map((id) => done.indexOf(id));
  expect(places).toEqual([...places].sort((left, right) => right - left));
  expect(places).not.toContain(-1);
}

/** Folding all events at once gives what the loop had come to. */
function checkFold(told: Story, executionId: string, events: readonly ExecutionEvent[]): void {
  const whole = newState(told.plan, executionId);
  for (const event of events) fold(whole, event);
  const again = newState(told.plan, executionId);
  for (const event of JSON.parse(JSON.stringify(events)) as readonly ExecutionEvent[]) {
    fold(again, event);
    reportExecution(again, event.atMs); // Looking must not change anything.
  }
  expect(reportExecution(again, 0)).toEqual(reportExecution(whole, 0));
}

/** A call that acts once and may have acted never arrives again, unless its server honours the key. */
function checkOnce(random: RandomStory, told: Story): void {
  if (random.honoursKey) return;
  const arrivals = new Map<string, number>();
  for (const call of told.world.of("pay")) {
    // "fails" and "flaky" answer that nothing was done, so they may be asked again.
    const fate = fateOf(random, call);
    if (fate !== "fails" && fate !== "flaky") arrivals.set(call.key, (arrivals.get(call.key) ?? 0) + 1);
  }
  expect([...arrivals].filter(([, count]) => count > 1)).toEqual([]);
}

/** Every call, also of children, also after a crash, is made for the one for whom the execution runs. */
function checkTenant({ world }: Story): void {
  expect(world.calls.filter(({ tenant }) => tenant !== STORY_META.tenant)).toEqual([]);
}

/** Nothing that is denied is ever sent, and it is asked for once; a crash may hide that it was. */
function checkDenied(random: RandomStory, told: Story, executionId: string, events: readonly ExecutionEvent[]): void {
  const denied = new Set(random.steps.flatMap(({ fate, tool }, index) => (fate === "denied" && tool !== "kid" ? [`s${index}`] : [])));
  const ofDenied = told.world.calls.filter((call) => fateOf(random, call) === "denied" || denied.has(stepIn(call.key, executionId)));
  expect(ofDenied).toEqual([]);
  const repeated = events.filter((event) => {
    if (!("call" in event) || !denied.has(event.call.step)) return false;
    return event.type === "call-sent" || (event.type === "call-started" && event.attempt > 1);
  });
  expect(repeated).toEqual([]);
}

/** No step takes longer than its `max_duration`, where nothing stops the execution or its clock in between. */
function checkBrief({ steps, mode, hasty, interrupt, deaths }: RandomStory, report: ExecutionReport): void {
  // While a call is in doubt, everything waits for a person.
  const doubtful = steps.some(({ tool, fate }) => tool === "pay" && (fate === "lost" || fate === "slow"));
  if (mode === "fail_fast" || hasty || doubtful || interrupt !== undefined || deaths.length > 0) return;
  const slow = report.steps.filter(({ startedAtMs = Infinity, completedAtMs = Infinity }, index) => {
    const step = steps[index];
    // A child undoes what it has done before its step ends.
    return step?.brief === true && step.tool !== "kid" && completedAtMs - startedAtMs > 2_000;
  });
  expect(slow).toEqual([]);
}

/** What acted in an execution that was stopped was undone, or is listed. */
function checkNothingHidden(random: RandomStory, { world }: Story, { executionId, outcome, leftovers }: ExecutionReport): void {
  const stopped =
    (outcome !== undefined && ["cancelled", "failed_with_rollback", "rollback_failed"].includes(outcome)) ||
    (outcome === "failed" && random.mode === "fail_fast");
  if (!stopped) return;
  const settled = new Set([
    ...world.of("undo_set").map(({ key }) => key.replace(/\/compensate$/, "")),
    ...leftovers.map(({ step, item }) => `${executionId}/${callId({ step, ...defined({ item }) })}`),
  ]);
  const acted = world.calls.filter((call) => {
    const fate = fateOf(random, call);
    // A change that may be repeated and was never answered is the failure of its step.
    const cutOff = isBrief(random, call) && (fate === "slow" || random.deaths.length > 0);
    const answered = ANSWERED.includes(fate) && !cutOff;
    const changed = call.tool === "pay" ? fate !== "fails" && fate !== "flaky" : call.tool === "set" && answered;
    return changed && call.key.startsWith(`${executionId}/`);
  });
  expect(acted.map(({ key }) => key.replace(/\/fallback$/, "")).filter((key) => !settled.has(key))).toEqual([]);
}

/** Whether the step of a call has less time than its slow calls take. */
function isBrief(random: RandomStory, call: WorldCall): boolean {
  return random.steps[numberIn(call) % 1_000]?.brief === true;
}

const ANSWERED: readonly string[] = ["succeeds", "slow", "partial"];

/** The step of a call of this very execution. */
function stepIn(key: string, executionId: string): string {
  const [owner, id = ""] = key.split("/");
  return owner === executionId ? id.replace(/\[.*$/, "") : "";
}

test("a part of an answer makes a success a partial one, and changes the end of nothing else", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomStory, async (random) => {
      const quiet = { ...random, interrupt: undefined, deaths: [] };
      const parts = await live(storyOf(quiet));
      const wholes = await live(storyOf({ ...quiet, steps: quiet.steps.map(inWhole) }));
      const gaveAPart = parts.report.steps.some(({ degraded }) => degraded === "partial");
      const expected = wholes.report.outcome === "completed" && gaveAPart ? "partial_success" : wholes.report.outcome;
      expect(parts.report.outcome).toBe(expected);
      const endsOf = ({ report }: typeof parts): readonly object[] =>
        report.steps.map(({ id, status, output, compensation }) => ({ id, status, output, compensation }));
      expect(endsOf(parts)).toEqual(endsOf(wholes));
    }),
    { numRuns: 40 },
  );
});

function inWhole(step: RandomStep): RandomStep {
  const { fate, fallback } = step;
  return { ...step, fate: fate === "partial" ? "succeeds" : fate, fallback: fallback === "partial" ? "succeeds" : fallback };
}
