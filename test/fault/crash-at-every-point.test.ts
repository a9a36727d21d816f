import { expect, test } from "vitest";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { GATE_STORIES } from "../support/gate-stories.ts";
import { type Ending, live, type Story } from "../support/lives.ts";
import { STORIES as GENERAL_STORIES, type StoryKind, tell } from "../support/stories.ts";
import { TIME_LIMIT_STORIES } from "../support/time-limit-stories.ts";

const STORIES = [...GENERAL_STORIES, ...TIME_LIMIT_STORIES, ...GATE_STORIES];

/** What must be the same however often the process died. */
function essence(report: ExecutionReport): object {
  return {
    outcome: report.outcome,
    output: report.output,
    meta: report.meta,
    steps: report.steps.map(({ id, status, compensation, degraded }) => ({ id, status, compensation, degraded })),
    leftovers: report.leftovers.map(({ step, item, reason }) => ({ step, item, reason })),
  };
}

/**
 * What must not arrive at any server: a call that acts once for the second time, unless it had answered that it did
 * nothing; a call that was denied; a call for somebody else.
 */
function wrongCalls({ world, meta }: Story, { report }: Ending): readonly string[] {
  const denied = report.steps.flatMap(({ id, error }) => (error?.kind === "denied" ? [`${report.executionId}/${id}`] : []));
  const seen = new Set<string>();
  return world.calls.flatMap(({ key, effect, tool, tenant }) => {
    const again = seen.has(key) && effect === "once" && tool !== "fail";
    seen.add(key);
    return again || denied.includes(key) || tenant !== meta?.tenant ? [`${key} for ${tenant}`] : [];
  });
}

async function ending(kind: StoryKind, deaths: readonly number[]): Promise<{ readonly ending: Ending; readonly story: Story }> {
  const story = tell(kind);
  return { ending: await live(story, deaths), story };
}

test.each(STORIES)("$name ends $ends", async (kind) => {
  const { ending: end, story } = await ending(kind, []);
  expect(end.report.outcome).toBe(kind.ends);
  expect(wrongCalls(story, end)).toEqual([]);
});

test.each(STORIES)("$name ends the same when the process dies before and after every write and every call", async (kind) => {
  const whole = await ending(kind, []);
  const expected = essence(whole.ending.report);
  for (let point = 0; point < whole.ending.points; point += 1) {
    const { ending: end, story } = await ending(kind, [point]);
    expect(essence(end.report), `died at point ${point}`).toEqual(expected);
    expect(wrongCalls(story, end), `died at point ${point}`).toEqual([]);
    expect(end.lives).toBe(2);
  }
});

test.each(STORIES)("$name ends the same when process after process dies early", async (kind) => {
  const expected = essence((await ending(kind, [])).ending.report);
  for (let early = 1; early <= 6; early += 1) {
    const { ending: end, story } = await ending(
      kind,
      Array.from({ length: 8 }, () => early),
    );
    expect(essence(end.report), `each died at point ${early}`).toEqual(expected);
    expect(wrongCalls(story, end), `each died at point ${early}`).toEqual([]);
  }
});
