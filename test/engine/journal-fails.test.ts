import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { ExecutionEvent } from "../../src/model/event.ts";
import type { CallGate } from "../../src/ports/tool-caller.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { planOf } from "../support/plan-of.ts";
import { succeeded, World } from "../support/world.ts";

const WORKFLOW = "id: w\nsteps:\n  - { id: a, tool: w.pay, with: {} }\n  - { id: b, tool: w.pay, with: {} }\n";

/** Takes no events of one kind, as a journal does whose disk is full just then. */
class FullJournal extends MemoryJournal {
  readonly #type: ExecutionEvent["type"];

  constructor(type: ExecutionEvent["type"]) {
    super();
    this.#type = type;
  }

  override async append(executionId: string, events: readonly ExecutionEvent[]): Promise<void> {
    if (events.some((event) => event.type === this.#type)) throw new Error("the disk is full");
    await super.append(executionId, events);
  }
}

function driving(journal: MemoryJournal, sent: string[], faults: string[] = []): Supervisor {
  return new Supervisor({
    journal,
    caller: {
      serves: () => true,
      async call(request, gate: CallGate) {
        await gate.sending();
        sent.push(request.call.step);
        return succeeded({});
      },
    },
    news: { publish: () => undefined },
    clock: systemClock,
    ids: { next: () => "e" },
    random: () => 0,
    onFault: (executionId, error) => faults.push(`${executionId}: ${(error as Error).message}`),
  });
}

test("when it cannot be written down that calls are sent, they are not, and nobody waits for them", async () => {
  const [sent, faults]: [string[], string[]] = [[], []];
  {
    await using supervisor = driving(new FullJournal("call-sent"), sent, faults);
    const { executionId } = await supervisor.start({ plan: planOf(WORKFLOW, new World({}).catalog()), inputs: {} });
    await expect(supervisor.settled(executionId, new AbortController().signal)).rejects.toThrow("the disk is full");
  }
  expect(sent).toEqual([]);
  expect(faults).toEqual(["e: the disk is full"]);
});

test("when it cannot be written down what a person wants, he is told", async () => {
  await using supervisor = driving(new FullJournal("cancel-requested"), []);
  const plan = planOf("id: w\nsteps: [{ id: a, sleep: 1h }]", {});
  const { executionId } = await supervisor.start({ plan, inputs: {} });
  const watching = supervisor.settled(executionId, new AbortController().signal);
  const wishing = supervisor.signal(executionId, { type: "cancel" });
  const ends = await Promise.allSettled([watching, wishing]);
  expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
