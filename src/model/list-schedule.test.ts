import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listScheduleMs, type Task } from "./list-schedule.ts";
import type { ServerCapacity } from "./tool.ts";
import type { Resources } from "./workflow.ts";

const server = (calls: number, resources: Resources = {}): ServerCapacity => ({ calls, largest: resources, resources });

/** A task on the server `s`, the rest of whose chain is given when it is longer than itself. */
function task(durationMs: number, needs: readonly number[] = [], more: { restMs?: number; gpu?: number; calls?: number } = {}): Task {
  const { restMs = durationMs, gpu = 0, calls = 1 } = more;
  return { durationMs, needs, remainingMs: restMs, claim: { server: "s", calls, resources: { gpu } } };
}

describe("tasks take", () => {
  const cases: readonly [name: string, tasks: readonly Task[], capacity: ServerCapacity, ms: number][] = [
    ["nothing when there are none", [], server(1), 0],
    ["as long as their chain", [task(3), task(4, [0]), task(1, [0])], server(9), 7],
    ["the sum of all at a server that does one thing at a time", [task(3), task(4), task(1)], server(1), 8],
    ["as many waves as there must be", [task(5), task(5), task(5)], server(2), 10],
    ["the longest chain first where a place is scarce", [task(2), task(2, [], { restMs: 9 }), task(7, [1])], server(1), 11],
    [
      "turns on what there is too little of",
      [task(5, [], { gpu: 2 }), task(5, [], { gpu: 1 }), task(5, [], { gpu: 2 })],
      server(9, { gpu: 3 }),
      10,
    ],
    [
      "as long as those that wait for nothing but a place",
      [task(5, [], { gpu: 1 }), task(5, [], { gpu: 1, restMs: 9 }), task(5), task(5)],
      server(2, { gpu: 1 }),
      10,
    ],
    ["all of it when they want more than there is", [task(5, [], { gpu: 9 }), task(5, [], { calls: 9 })], server(2, { gpu: 1 }), 10],
    ["no time when they have no duration", [task(0), task(0, [0])], server(1), 0],
  ];
  test.each(cases)("%s", (_, tasks, capacity, ms) => {
    expect(listScheduleMs(tasks, { s: capacity })).toBe(ms);
  });

  test("no account of servers of which nothing is known, nor of what no server knows", () => {
    expect(listScheduleMs([task(5), task(5), { durationMs: 7, needs: [], remainingMs: 7 }], {})).toBe(7);
    expect(listScheduleMs([task(5, [], { gpu: 1 }), task(5, [], { gpu: 1 })], { s: server(2) })).toBe(5);
  });

  test("the same with fractions that have no exact sum", () => {
    const third: Task = { durationMs: 5, needs: [], remainingMs: 5, claim: { server: "s", calls: 1, resources: { cpu: 0.1 } } };
    expect(
      listScheduleMs([third, third, third, { ...third, needs: [0, 1, 2], claim: { server: "s", calls: 1, resources: { cpu: 0.3 } } }], {
        s: server(9, { cpu: 0.3 }),
      }),
    ).toBe(10);
  });
});

const anyTasks = fc
  .array(
    fc.record({
      durationMs: fc.nat(20),
      needs: fc.array(fc.nat(50), { maxLength: 3 }),
      gpu: fc.nat(3),
      calls: fc.integer({ min: 1, max: 3 }),
    }),
    {
      maxLength: 40,
    },
  )
  .map((all) =>
    all.map(({ durationMs, needs, gpu, calls }, place): Task => {
      const earlier = place === 0 ? [] : [...new Set(needs.map((need) => need % place))];
      return { durationMs, needs: earlier, remainingMs: durationMs, claim: { server: "s", calls, resources: { gpu } } };
    }),
  );

test("no schedule is shorter than its longest chain or its work allows, nor longer than everything in a row", () => {
  fc.assert(
    fc.property(anyTasks, fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 }), (tasks, calls, gpu) => {
      const ms = listScheduleMs(tasks, { s: server(calls, { gpu }) });
      const ends: number[] = [];
      for (const { needs, durationMs } of tasks) ends.push(durationMs + Math.max(0, ...needs.map((need) => ends[need] ?? 0)));
      const sum = (of: (each: Task) => number): number => tasks.reduce((total, each) => total + of(each), 0);
      expect(ms).toBeGreaterThanOrEqual(Math.max(0, ...ends));
      expect(ms).toBeGreaterThanOrEqual(sum(({ durationMs, claim }) => durationMs * (claim?.calls ?? 0)) / calls);
      expect(ms).toBeGreaterThanOrEqual(sum(({ durationMs, claim }) => durationMs * (claim?.resources?.gpu ?? 0)) / gpu);
      expect(ms).toBeLessThanOrEqual(sum(({ durationMs }) => durationMs));
    }),
  );
});
