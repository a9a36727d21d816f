import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { planOf } from "../support/plan-of.ts";

/** Takes as long as a test wants for the event that ends an execution. */
class SlowAtTheEnd extends MemoryJournal {
  readonly written: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  override async append(executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
    await super.append(executionId, events);
    if (events.some((event) => event.type === "execution-ended")) await this.written.promise;
  }
}

test("nobody is told of an end that is not durable", async () => {
  const journal = new SlowAtTheEnd();
  const told: string[] = [];
  await using supervisor = new Supervisor({
    journal,
    caller: { serves: () => true, call: () => Promise.reject(new Error("nothing is called")) },
    news: { publish: (news) => told.push(news.type === "event" ? news.event.type : news.type) },
    clock: systemClock,
    ids: { next: () => "e" },
    random: () => 0,
  });
  const { executionId } = await supervisor.start({ plan: planOf("id: w\nsteps:\n  - { id: a, value: 1 }\n", {}), inputs: {} });
  let settled = false;
  const settling = supervisor.settled(executionId, new AbortController().signal).then(() => (settled = true));
  let reported: string | undefined;
  await nextTurn();
  const reporting = supervisor.report(executionId).then(({ outcome }) => (reported = outcome));
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  expect({ settled, reported, told }).toEqual({ settled: false, reported: undefined, told: ["execution-started"] });
  journal.written.resolve();
  await settling;
  await reporting;
  expect(reported).toBe("completed");
  expect(told.at(-1)).toBe("execution-ended");
});
