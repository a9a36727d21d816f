import { expect, test } from "vitest";
import type { CallRequest } from "../../src/model/call.ts";
import type { Plan } from "../../src/model/plan.ts";
import { Bench, type BenchParts } from "../support/bench.ts";
import { planOf } from "../support/plan-of.ts";
import { lost, World } from "../support/world.ts";

const SECOND = 1_000;

function plan(world: World, steps: string, more = ""): Plan {
  return planOf(`id: m\n${more}\nsteps:\n${steps}`, world.catalog());
}

/** Hears what calls are told on their way to the world. */
function listener(): { readonly requests: readonly CallRequest[]; readonly wrap: NonNullable<BenchParts["wrap"]> } {
  const requests: CallRequest[] = [];
  return {
    requests,
    wrap: (caller) => ({
      ...caller,
      call: async (request, gate, signal) => {
        requests.push(request);
        return await caller.call(request, gate, signal);
      },
    }),
  };
}

test("each call is told what is left of max_duration and of the execution, what waits for it, and what its step occupies", async () => {
  const world = new World({ pay: () => ({ outcome: lost() }) });
  const { requests, wrap } = listener();
  await using bench = new Bench(world, { wrap });
  const verify = 'verify: { tool: w.find_payment, with: { step: x }, happened: "${{ output.found }}" }';
  const occupies = "resources: { gpu: 2 }, leases: { license: 1 }";
  await bench.start(
    plan(
      world,
      `  - { id: a, tool: w.read_slow, with: {}, max_duration: 9s, retry: { max_attempts: 2 }, ${occupies} }
  - { id: b, needs: [a], tool: w.pay, with: {}, max_duration: 1m, retry: { max_attempts: 1 }, ${occupies}, ${verify}, fallback: { tool: w.set }, estimated_duration: 4s }`,
      "timeout: 30s",
    ),
  );
  await bench.pass(60 * SECOND);
  const facts = requests.map(({ call, leftMs, remainingMs, resources, leases }) => [
    call.role ?? call.step,
    leftMs,
    remainingMs,
    resources,
    leases,
  ]);
  expect(facts).toEqual([
    ["a", 9_000, 13_000, { gpu: 2 }, { license: 1 }],
    ["b", 29_000, 4_000, { gpu: 2 }, { license: 1 }],
    ["verify", undefined, 4_000, undefined, undefined],
    ["fallback", 29_000, 4_000, undefined, undefined],
  ]);
});

test.each([
  ["30 s when nothing is said", "", 30_000],
  ["its timeout", ", timeout: 1m, max_duration: 20m", 60_000],
  ["all the time of its step when it has no timeout", ", max_duration: 20m", 1_200_000],
])("an attempt may take %s", async (_, limits, timeoutMs) => {
  const world = new World({});
  const { requests, wrap } = listener();
  await using bench = new Bench(world, { wrap });
  await bench.start(plan(world, `  - { id: a, tool: w.read, with: {}${limits} }`));
  await bench.pass(SECOND);
  expect(requests).toMatchObject([{ timeoutMs }]);
});

test("what a call occupies and how long it may take is the same after a crash, and its time has gone on", async () => {
  const world = new World({});
  const [before, after] = [listener(), listener()];
  await using first = new Bench(world, { wrap: before.wrap });
  await first.start(
    plan(world, "  - { id: a, tool: w.read_slow, with: {}, max_duration: 9s, resources: { memory: 1GB }, leases: { license: 1 } }"),
  );
  first.mortal.kill();
  await using second = new Bench(world, { clock: first.clock, journal: first.journal, wrap: after.wrap });
  await second.pass(4 * SECOND);
  await second.supervisor.resume("e");
  await second.pass(SECOND);
  const facts = { resources: { memoryBytes: 1e9 }, leases: { license: 1 }, remainingMs: 9_000 };
  expect(before.requests).toMatchObject([{ ...facts, leftMs: 9_000 }]);
  expect(after.requests).toMatchObject([{ ...facts, leftMs: 5_000 }]);
  expect((await second.report()).outcome).toBe("completed");
});
