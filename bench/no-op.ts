import { systemClock } from "../src/base/clock.ts";
import { randomIds } from "../src/base/ids.ts";
import { Supervisor } from "../src/engine/supervisor.ts";
import type { Plan } from "../src/model/plan.ts";
import type { Effect } from "../src/model/workflow.ts";
import type { Journal } from "../src/ports/journal.ts";
import type { ToolCaller } from "../src/ports/tool-caller.ts";
import { catalogOf } from "../test/support/catalog-of.ts";
import { planOf } from "../test/support/plan-of.ts";

/** Steps in a row, each of which calls a tool that does nothing. */
export function noOpChain(steps: number, effect: Effect): Plan {
  const lines = Array.from({ length: steps }, (_, index) => {
    const needs = index === 0 ? "" : `needs: [s${index - 1}], `;
    return `  - { id: s${index}, ${needs}tool: none.nothing, with: { n: ${index} } }`;
  });
  return planOf(`id: chain\nsteps:\n${lines.join("\n")}\n`, catalogOf({ none: { tools: { nothing: {} }, effects: { nothing: effect } } }));
}

/** Does nothing, as soon as the engine lets it, gives back what it was given, and tells as much about it as a real call does. */
const noOpCaller: ToolCaller = {
  serves: () => true,
  async call({ input }, gate) {
    await gate.sending();
    return { kind: "succeeded", output: input, trip: { queuedMs: 0, serverMs: 0.123, overheadMs: 0.045 } };
  },
};

/** The engine on a journal, with servers that cost nothing. */
export function superviseNoOps(journal: Journal, caller: ToolCaller = noOpCaller): Supervisor {
  return new Supervisor({
    journal,
    caller,
    news: { publish: () => undefined },
    clock: systemClock,
    ids: randomIds,
    random: Math.random,
  });
}

/** Runs one execution to its end, which must be good. */
export async function execute(supervisor: Supervisor, plan: Plan): Promise<void> {
  const { executionId } = await supervisor.start({ plan, inputs: {} });
  const { outcome } = await supervisor.settled(executionId, new AbortController().signal);
  if (outcome !== "completed") throw new Error(`execution ${executionId} ended ${outcome ?? "not at all"}`);
}
