import { expect, test } from "vitest";
import { loadExecution } from "../../src/engine/load-execution.ts";
import type { ExecutionReport } from "../../src/model/execution.ts";
import { reusableSteps } from "../../src/operations/reusable-steps.ts";
import { withWorkDone } from "../../src/operations/with-work-done.ts";
import { live } from "../support/lives.ts";
import { tell } from "../support/stories.ts";
import { type Behaviour, failed, numberIn, succeeded, type World } from "../support/world.ts";

/** Runs a workflow to its end, retries it as often as wanted, and cancels the last retry in its second step, so that all is undone. */
async function cancelledRetry(
  workflow: string,
  use: { readonly behaviours?: Readonly<Record<string, Behaviour>>; readonly retries: number },
): Promise<{ readonly report: ExecutionReport; readonly world: World }> {
  const kind = { name: "", ends: "partial_success", workflow, behaviours: use.behaviours ?? {} } as const;
  const first = tell(kind);
  let last = await live(first);
  for (let retry = 1; retry <= use.retries; retry += 1) {
    const { executionId, steps } = last.report;
    const { reused } = reusableSteps(first.plan, steps);
    const retryOf = { executionId, reused: withWorkDone(reused, await loadExecution(last.journal, executionId)) };
    const story = { ...tell(kind), executionId: `e-${retry}`, journal: last.journal, retryOf };
    if (retry < use.retries) last = await live(story);
    else return { report: (await live({ ...story, interrupt: { afterCalls: 1, signal: { type: "cancel" } } })).report, world: story.world };
  }
  throw new Error("it was not retried");
}

/** The second step fails, so that there is something to retry, and the third one waits for whoever cancels. */
function thenFails(first: string): string {
  return `{ id: w, error_policy: allow_partial, steps: [ ${first},
    { id: b, needs: [a], tool: w.fail, with: {} },
    { id: c, needs: [b], if: "\${{ always() }}", sleep: 1h } ] }`;
}

test.each([1, 2])("items that the retry no. %i has taken over are undone one by one, the last completed first", async (retries) => {
  const { report, world } = await cancelledRetry(
    thenFails(`{ id: a, for_each: [7, 8], tool: w.pay, with: { n: "\${{ item }}" },
      compensate: { tool: w.undo_set, with: { n: "\${{ item }}", at: "\${{ index }}", id: "\${{ output.id }}" } } }`),
    { retries },
  );
  expect(report).toMatchObject({ outcome: "cancelled", steps: [{ skippedBecause: "reused", items: { total: 2, completed: 2 } }, {}, {}] });
  expect(world.of("pay")).toEqual([]);
  expect(world.of("undo_set").map(({ input }) => input)).toEqual([
    { n: 8, at: 1, id: "e-root/a[1]" },
    { n: 7, at: 0, id: "e-root/a[0]" },
  ]);
});

const onlyOdd: Behaviour = (call) => ({ outcome: numberIn(call) % 2 === 1 ? succeeded({ id: call.key }) : failed("tool_error", "even") });

test.each([
  ["fell back", "fallback: { value: { id: none } }, "],
  ["failed", ""],
])("an item that %s is not undone when it was taken over", async (_, fallback) => {
  const { world } = await cancelledRetry(
    thenFails(`{ id: a, for_each: [1, 2, 3], tool: w.pay, with: { n: "\${{ item }}" }, ${fallback}
      compensate: { tool: w.undo_set, with: { n: "\${{ item }}" } } }`),
    { behaviours: { pay: onlyOdd }, retries: 1 },
  );
  expect(world.of("undo_set").map(({ input }) => input)).toEqual([{ n: 3 }, { n: 1 }]);
});

test("a step that fell back is not undone when it was taken over", async () => {
  const { report, world } = await cancelledRetry(
    thenFails("{ id: a, tool: w.fail, with: {}, fallback: { value: none }, compensate: { tool: w.undo_set, with: {} } }"),
    { retries: 1 },
  );
  expect(report).toMatchObject({ outcome: "cancelled", leftovers: [] });
  expect(world.of("undo_set")).toEqual([]);
});
