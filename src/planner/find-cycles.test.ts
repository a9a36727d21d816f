import { expect, test } from "vitest";
import { findCycles } from "./find-cycles.ts";
import { strongComponents } from "./strong-components.ts";
import { reverseEdges, topologicalOrder, type NeedsList } from "./topological-order.ts";

const GRAPHS: readonly [name: string, needs: NeedsList, cycles: NeedsList][] = [
  ["nothing", [], []],
  ["a diamond", [[], [0], [0], [1, 2]], []],
  ["a node that needs itself", [[0]], [[0]]],
  ["two that need each other, behind a start", [[], [0, 2], [1]], [[1, 2]]],
  ["a circle that is entered in the middle", [[1], [2], [3], [1]], [[1, 2, 3]]],
  [
    "two circles with a node in common",
    [[1, 2], [0], [0]],
    [
      [0, 1],
      [0, 2],
    ],
  ],
  [
    "two circles apart",
    [[1], [0], [3], [2]],
    [
      [0, 1],
      [2, 3],
    ],
  ],
];

test.each(GRAPHS)("every cycle of %s is found, and none is made up", (_, needs, cycles) => {
  expect(findCycles(needs, 20)).toEqual(cycles);
  expect(topologicalOrder(needs).length === needs.length).toBe(cycles.length === 0);
});

test("the order puts every node behind what it needs, and leaves out what a cycle holds up", () => {
  expect(topologicalOrder([[1], [], [0, 1]])).toEqual([1, 0, 2]);
  expect(topologicalOrder([[1], [0], [0], []])).toEqual([3]);
});

test("no more cycles are looked for than were asked for", () => {
  const everyoneNeedsEveryone = Array.from({ length: 100 }, (_, node) => [...Array(100).keys()].filter((other) => other !== node));
  expect(findCycles(everyoneNeedsEveryone, 20)).toHaveLength(20);
});

test("an edge lies on a cycle exactly when its ends are in one component", () => {
  const [a, b, c, d, e] = strongComponents([[1], [2], [0], [2, 4], []]);
  expect([a === b, b === c, c === d, d === e]).toEqual([true, true, false, false]);
});

test("a chain of 100,000 steps, and a circle of them, does not overflow the stack", () => {
  const chain = Array.from({ length: 100_000 }, (_, node) => (node + 1 < 100_000 ? [node + 1] : []));
  expect(topologicalOrder(chain)).toHaveLength(100_000);
  expect(findCycles(chain, 20)).toEqual([]);
  const circle = [...chain.slice(0, -1), [0]];
  expect(findCycles(circle, 20)).toHaveLength(1);
  expect(new Set(strongComponents(circle)).size).toBe(1);
});

test("the edges from the other end are ascending", () => {
  expect(reverseEdges([[2], [2, 0], []])).toEqual([[1], [], [0, 1]]);
});
