import fc from "fast-check";
import { expect, test } from "vitest";
import { executionMetrics } from "../../src/engine/execution-metrics.ts";
import { newState } from "../../src/engine/execution-state.ts";
import { fold } from "../../src/engine/fold.ts";
import type { CallTrip } from "../../src/model/call.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { ExecutionMetrics } from "../../src/model/execution.ts";
import type { ServerCapacity } from "../../src/model/tool.ts";
import { live } from "../support/lives.ts";
import { randomStory, storyOf } from "../support/random-story.ts";

const duration = fc.double({ min: 0, max: 20_000, noNaN: true });
const anyTrip: fc.Arbitrary<CallTrip> = fc.record(
  {
    queuedMs: duration,
    serverMs: duration,
    overheadMs: duration,
    reservedMs: duration,
    failovers: fc.array(fc.record({ replica: fc.constant("a"), kind: fc.constant("connection" as const), message: fc.string() }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: ["queuedMs", "serverMs", "overheadMs"] },
);
const trips = fc.array(fc.option(anyTrip, { nil: undefined }), { minLength: 1, maxLength: 9 });
const capacity: fc.Arbitrary<ServerCapacity | undefined> = fc.option(
  fc.integer({ min: 1, max: 9 }).map((calls): ServerCapacity => ({ calls, largest: {}, resources: {} })),
  { nil: undefined },
);

test(
  "every figure of every execution is in its range at every moment, whatever its calls say of themselves",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(randomStory, trips, capacity, async (random, told, atOnce) => {
        const story = storyOf({ ...random, steps: random.steps.slice(0, 30) });
        const { report, journal } = await live(story, random.deaths);
        const events = await journal.read(report.executionId);
        const state = newState({ ...story.plan, ...(atOnce === undefined ? {} : { capacities: { w: atOnce } }) }, report.executionId);
        for (const [place, event] of events.entries()) {
          fold(state, withTrip(event, told[place % told.length]));
          expect(outOfRange(executionMetrics(state, event.atMs))).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
  },
);

function withTrip(event: ExecutionEvent, trip: CallTrip | undefined): ExecutionEvent {
  const ends = event.type === "call-succeeded" || event.type === "call-failed" || event.type === "call-in-doubt";
  return ends && trip !== undefined ? { ...event, trip } : event;
}

/** What cannot be, in words. */
function outOfRange(metrics: ExecutionMetrics): readonly string[] {
  const { parallelEfficiency, maximumEfficiency, efficiencyRatio, criticalPathMs, shortestMs, durationMs, score = 0 } = metrics;
  const shares = [parallelEfficiency, maximumEfficiency, efficiencyRatio, ...sharesOf(metrics)];
  const amounts = Object.values(metrics).filter((value) => typeof value === "number");
  return [
    ...(shares.every((share) => share >= 0 && share <= 1) ? [] : [`a share is not between 0 and 1: ${shares.join(", ")}`]),
    ...(amounts.every((amount) => Number.isFinite(amount) && amount >= 0) ? [] : ["a figure is no number or negative"]),
    ...(criticalPathMs <= shortestMs && shortestMs <= durationMs ? [] : [`${criticalPathMs}, ${shortestMs} and ${durationMs} do not grow`]),
    ...(score <= 100 ? [] : [`the score is ${score}`]),
    ...(metrics.retries <= metrics.calls ? [] : ["there are more repetitions than calls"]),
  ];
}

function sharesOf({ overheadShare, inTimeShare, selectionAccuracy, resourceEfficiency }: ExecutionMetrics): readonly number[] {
  return [overheadShare, inTimeShare, selectionAccuracy, resourceEfficiency].filter((share) => share !== undefined);
}
