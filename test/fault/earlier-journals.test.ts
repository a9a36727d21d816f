import { expect, test } from "vitest";
import { KEPT_JOURNALS, type KeptExecution, readKeptJournal } from "../support/kept-journals.ts";
import { live } from "../support/lives.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { STORIES, tell } from "../support/stories.ts";
import { lost } from "../support/world.ts";

/** The journal as it was when so many events of the root had been written, and all of each child that had begun. */
async function cutAfter(executions: readonly KeptExecution[], events: number): Promise<MemoryJournal> {
  const journal = new MemoryJournal();
  const begun = new Set<string>();
  for (const [place, kept] of executions.entries()) {
    if (place > 0 && !begun.has(kept.executionId)) continue;
    const written = place === 0 ? kept.events.slice(0, events) : kept.events;
    const [first, ...others] = written;
    if (first?.type !== "execution-started") throw new Error("a journal begins with the start");
    await journal.create({ executionId: kept.executionId, plan: kept.plan, event: first });
    await journal.append(kept.executionId, others);
    for (const event of written) if (event.type === "call-started" && event.childId !== undefined) begun.add(event.childId);
  }
  return journal;
}

/** Journals of stories that are not told any more are carried on in a world where every payment is lost. */
const FORGOTTEN = { name: "", workflow: "{ id: w, steps: [{ id: a, tool: w.read, with: {} }] }", ends: "cancelled" } as const;

test.each(KEPT_JOURNALS)("%s can be carried on by this version, wherever its process died", async (file) => {
  const executions = readKeptJournal(file);
  const [root] = executions;
  if (root === undefined) throw new Error("a file without executions");
  const kind = STORIES.find(({ workflow }) => workflow.includes(`id: ${root.plan.workflow.id}\n`)) ?? {
    ...FORGOTTEN,
    behaviours: { pay: () => ({ outcome: lost() }) },
  };
  for (let events = 1; events <= root.events.length; events += 1) {
    // The person who cancelled it, if somebody did, does not come again.
    const { interrupt: _nobody, ...story } = tell(kind);
    const { report } = await live({
      ...story,
      executionId: root.executionId,
      plan: root.plan,
      journal: await cutAfter(executions, events),
    });
    const cancelled = root.events.slice(0, events).some(({ type }) => type === "cancel-requested");
    const ends = root.outcome === "cancelled" && !cancelled ? ["completed", "failed"] : [root.outcome];
    expect(ends, `after ${events} events`).toContain(report.outcome);
  }
});
