import fc from "fast-check";
import { expect, test } from "vitest";
import { fold } from "../../src/engine/fold.ts";
import { newState } from "../../src/engine/execution-state.ts";
import { reportExecution } from "../../src/engine/report.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import { present } from "../../src/base/assert.ts";
import { live, type Story } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { truthfulPerson } from "../support/stories.ts";
import { type Behaviour, failed, lost, succeeded, World } from "../support/world.ts";

type Fate = "succeeds" | "fails" | "flaky" | "slow" | "lost";

interface RandomStep {
  readonly needs: readonly number[];
  readonly tool: "read" | "set" | "pay";
  readonly fate: Fate;
  readonly compensated: boolean;
  readonly tolerant: boolean;
  readonly condition: "none" | "always" | "never";
}

interface RandomStory {
  readonly steps: readonly RandomStep[];
  readonly mode: "fail_fast" | "allow_partial";
  readonly deaths: readonly number[];
}

const step = fc.record({
  needs: fc.array(fc.nat(1_000), { maxLength: 3 }),
  tool: fc.constantFrom("read" as const, "set" as const, "pay" as const),
  fate: fc.oneof(
    { weight: 12, arbitrary: fc.constant("succeeds" as const) },
    { weight: 4, arbitrary: fc.constantFrom("fails" as const, "flaky" as const, "slow" as const, "lost" as const) },
  ),
  compensated: fc.boolean(),
  tolerant: fc.boolean(),
  condition: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constantFrom("always" as const, "never" as const) },
  ),
});

const story: fc.Arbitrary<RandomStory> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 200, size: "max" }),
  mode: fc.constantFrom("fail_fast" as const, "allow_partial" as const),
  deaths: fc.array(fc.nat(60), { maxLength: 3 }),
});

/** Steps only need earlier ones, so that the graph has no cycle. */
function needsOf(random: RandomStep, index: number): readonly number[] {
  return index === 0 ? [] : [...new Set(random.needs.map((need) => need % index))];
}

function textOf(random: RandomStory): string {
  const steps = random.steps.map((one, index) => {
    const parts = [
      `id: s${index}`,
      `tool: w.${one.tool}`,
      `with: { n: ${index}, step: s${index} }`,
      `needs: [${needsOf(one, index)
        .map((need) => `s${need}`)
        .join(", ")}]`,
      ...(one.compensated ? ["compensate: { tool: w.undo_set, with: { n: " + String(index) + " } }"] : []),
      ...(one.tolerant ? ["on_error: continue"] : []),
      ...(one.condition === "none" ? [] : [`if: "\${{ ${one.condition === "always" ? "always()" : "1 > 2"} }}"`]),
    ];
    return `  - { ${parts.join(", ")} }`;
  });
  return `id: random\nerror_policy: ${random.mode}\nsteps:\n${steps.join("\n")}\n`;
}

function storyOf(random: RandomStory): Story {
  const fated: Behaviour = (call, world) => {
    const fate = random.steps[(call.input as { readonly n: number }).n]?.fate ?? "succeeds";
    const arrivals = world.calls.filter((other) => other.key === call.key).length;
    switch (fate) {
      case "succeeds":
        return { outcome: succeeded({ id: call.key }) };
      case "slow":
        return { outcome: succeeded({ id: call.key }), delayMs: 5_000 };
      case "fails":
        return { outcome: failed("tool_error", "no") };
      case "flaky":
        return { outcome: arrivals < 3 ? failed("connection", "not now", false) : succeeded({ id: call.key }) };
      case "lost":
        return { outcome: lost() };
    }
  };
  const world = new World({ read: fated, set: fated, pay: fated });
  return { plan: planOf(textOf(random), world.catalog()), world, person: truthfulPerson };
}

/** The events of one step, in the order of the journal. */
function eventOf(events: readonly ExecutionEvent[], type: ExecutionEvent["type"], id: string): ExecutionEvent | undefined {
  return events.find((event) => event.type === type && "call" in event && event.call.step === id && event.call.role === undefined);
}

test(
  "random graphs with failures, delays and crashes end in an allowed outcome, in order, with every event in place",
  { timeout: 240_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(story, async (random) => {
        const told = storyOf(random);
        const { report, journal } = await live(told, random.deaths);
        const events = await journal.read(report.executionId);
        expect(random.mode === "fail_fast" ? FAIL_FAST_ENDS : PARTIAL_ENDS).toContain(report.outcome);
        checkOrder(random, events);
        checkUndoing(events);
        checkFold(told, report.executionId, events);
        checkOnce(random, told);
      }),
      { numRuns: 100 },
    );
  },
);

const FAIL_FAST_ENDS = ["completed", "failed", "failed_with_rollback", "rollback_failed", "partial_success"];
const PARTIAL_ENDS = ["completed", "partial_success", "failed"];

/** No step begins before those that it needs have ended. */
function checkOrder(random: RandomStory, events: readonly ExecutionEvent[]): void {
  random.steps.forEach((one, index) => {
    const begun = eventOf(events, "call-started", `s${index}`);
    if (begun === undefined || one.condition === "always") return;
    for (const need of needsOf(one, index)) {
      const ended = events.find(
        (event) =>
          (event.type === "call-succeeded" || event.type === "call-resolved") &&
          event.call.step === `s${need}` &&
          event.call.role === undefined,
      );
      expect(present(ended, `s${index} began although s${need} had not completed`).seq).toBeLessThan(begun.seq);
    }
  });
}

/** What was done last is undone first. */
function checkUndoing(events: readonly ExecutionEvent[]): void {
  const undone = events.flatMap((event) =>
    event.type === "call-started" && event.call.role === "compensate" && event.attempt === 1 ? [event.call.step] : [],
  );
  const done = events.flatMap((event) =>
    (event.type === "call-succeeded" || (event.type === "call-resolved" && event.verdict === "happened")) && event.call.role === undefined
      ? [event.call.step]
      : [],
  );
  const places = undone.filter((id, index) => undone.indexOf(id) === index).map((id) => done.indexOf(id));
  expect(places).toEqual([...places].sort((left, right) => right - left));
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

/** A call that acts once and may have acted never arrives again. */
function checkOnce(random: RandomStory, told: Story): void {
  const arrivals = new Map<string, number>();
  for (const call of told.world.of("pay")) {
    // "fails" and "flaky" answer that nothing was done, so they may be asked again.
    const fate = random.steps[(call.input as { readonly n: number }).n]?.fate;
    if (fate !== "fails" && fate !== "flaky") arrivals.set(call.key, (arrivals.get(call.key) ?? 0) + 1);
  }
  expect([...arrivals].filter(([, count]) => count > 1)).toEqual([]);
}
