import { present } from "../src/base/assert.ts";
import { parseWorkflow } from "../src/definition/parse-workflow.ts";
import type { Workflow } from "../src/model/workflow.ts";
import { buildPlan } from "../src/planner/build-plan.ts";
import { seededRandom } from "../test/fault/seeded-random.ts";
import { catalogOf, closed } from "../test/support/catalog-of.ts";
import { compare, type Figure } from "./figure.ts";

const ROUNDS = 15;
const STEPS = 10_000;

const DATA = closed({ n: { type: "number" }, o: { type: "string" } });
const CAPACITY = { calls: 5, largest: {}, resources: {} };
const CATALOG = catalogOf({ s: { capacity: CAPACITY, tools: { b: { inputSchema: DATA, outputSchema: DATA } } } });

/**
 * Milliseconds to plan a workflow of 10,000 steps that has just been read from a file, as large as a file may be: each
 * step calls a tool with two values that it reads from other steps, checked against the schemas of the tools. The floor
 * is reading the same workflow from JSON, the least that anything does with it.
 */
export async function measurePlanning(): Promise<readonly Figure[]> {
  const random = seededRandom(1);
  return [
    await measure("planning-chain", (place) => [place - 1, place - 1]),
    await measure("planning-fan-out", () => [0, 0]),
    await measure("planning-random", (place) => [Math.floor(random() * place), Math.floor(random() * place)]),
  ];
}

/** @param sources - the two steps that the step at a place reads */
async function measure(name: string, sources: (place: number) => readonly [number, number]): Promise<Figure> {
  const lines = Array.from({ length: STEPS - 1 }, (_, place) => {
    const [first, second] = sources(place + 1);
    return `- {id: s${place + 1}, tool: s.b, with: {o: "\${{steps.s${first}.output.o}}", n: "\${{steps.s${second}.output.n}}"}}`;
  });
  const { workflow, problems } = parseWorkflow(`id: bench\nsteps:\n- {id: s0, tool: s.b, with: {o: a, n: 1}}\n${lines.join("\n")}`, name);
  const read = present(workflow, JSON.stringify(problems.slice(0, 3)));
  const text = JSON.stringify(read);
  return await compare({
    name,
    unit: "ms",
    rounds: ROUNDS,
    value: () => Promise.resolve(elapsedMs(() => plan(read))),
    floor: () => Promise.resolve(elapsedMs(() => JSON.parse(text))),
  });
}

function plan(workflow: Workflow): void {
  const result = buildPlan({ workflow, catalog: CATALOG });
  present(result.plan, JSON.stringify(result.problems.slice(0, 3)));
}

function elapsedMs(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
