import fc from "fast-check";
import { expect, test } from "vitest";
import type { TaskStatus, WorkflowExecutionStatus } from "../../src/contract/get-workflow-status.ts";
import { newState } from "../../src/engine/execution-state.ts";
import { fold } from "../../src/engine/fold.ts";
import { reportExecution } from "../../src/engine/report.ts";
import { statusOfExecution } from "../../src/operations/status-of-execution.ts";
import { live } from "../support/lives.ts";
import { randomStory, storyOf } from "../support/random-story.ts";

const RANKS: { readonly [Status in TaskStatus]: number } = { pending: 0, running: 1, completed: 2, failed: 2, skipped: 2 };

test(
  "whatever happens, progress never becomes less, no step goes back, and only what has completed is at 100",
  { timeout: 120_000 },
  async () => {
    const property = fc.asyncProperty(randomStory, async (random) => {
      const story = storyOf({ ...random, steps: random.steps.slice(0, 30) });
      const { report, journal } = await live(story, random.deaths);
      const state = newState(story.plan, report.executionId);
      let before: WorkflowExecutionStatus | undefined;
      for (const event of await journal.read(report.executionId)) {
        fold(state, event);
        const now = statusOfExecution(reportExecution(state, event.atMs), story.plan, event.atMs);
        expect(setbacks(before, now), `after ${event.type}`).toEqual([]);
        before = now;
      }
    });
    await fc.assert(property, { numRuns: 60 });
  },
);

/** What is worse than it was, in words. */
function setbacks(before: WorkflowExecutionStatus | undefined, now: WorkflowExecutionStatus): readonly string[] {
  const known = new Map(before?.steps.map((step) => [step.id, step.status]));
  const steps = now.steps.flatMap(({ id, status }) => {
    const was = known.get(id) ?? "pending";
    return RANKS[status] < RANKS[was] || (RANKS[was] === 2 && status !== was) ? [`${id} was ${was} and is ${status}`] : [];
  });
  const { progress, status } = now;
  return [
    ...steps,
    ...(progress < (before?.progress ?? 0) ? [`progress was ${before?.progress} and is ${progress}`] : []),
    ...((progress === 100) === (status === "completed") ? [] : [`progress is ${progress}, and it is ${status}`]),
  ];
}
