import fc from "fast-check";
import { expect, test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { defined } from "../../src/base/defined.ts";
import type { Json } from "../../src/base/json.ts";
import type { CheckConfig, CheckRegistry } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { Step, Workflow } from "../../src/model/workflow.ts";
import { buildPlan } from "../../src/planner/build-plan.ts";
import { checkValue } from "../../src/planner/check-value.ts";
import { readSchema } from "../../src/planner/read-schema.ts";
import { catalogOf } from "../support/catalog-of.ts";

const CATALOG = catalogOf({ shop: { tools: { buy: {}, cancel: {}, find: {} } } });

/** How one step says that it comes after another. */
type Link = "needs" | "with" | "if" | "status" | "verify" | "fallback" | "undo";

const link = fc.constantFrom<Link>("needs", "with", "if", "status", "verify", "fallback", "undo");

/** For each step, the steps that it is linked to. */
type Links = readonly (readonly { readonly to: number; readonly link: Link }[])[];

/** Any graph; `reach` says how far up a step may be linked to, so that with its own place there is no cycle. */
function links(reach: (place: number, size: number) => number): fc.Arbitrary<Links> {
  return fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, place) => {
        const limit = reach(place, size);
        return limit === 0 ? fc.constant([]) : fc.array(fc.record({ to: fc.nat({ max: limit - 1 }), link }), { maxLength: 4 });
      }),
    ),
  );
}

const withoutCycles = links((place) => place);
const anyGraph = links((_, size) => size);

/** Steps in the given order of places, so that the order in the file says nothing. */
function workflowOf(graph: Links, order: readonly number[]): Workflow {
  const steps = order.map((place) => stepOf(place, graph[place] ?? []));
  return { id: "test", inputs: {}, errorPolicy: { mode: "allow_partial" }, steps, finally: [] };
}

function stepOf(place: number, linked: Links[number]): Step {
  const to = (kind: Link): readonly string[] => linked.filter(({ link }) => link === kind).map((found) => `s${found.to}`);
  const reads = (kind: Link): Json => to(kind).map((id) => `\${{ steps.${id}.output.x }}`);
  const conditions = [...to("if").map((id) => `steps.${id}.output.ok`), ...to("status").map((id) => `succeeded('${id}')`)];
  return {
    id: `s${place}`,
    needs: to("needs"),
    action: { kind: "tool", server: "shop", tool: "buy", with: { x: reads("with") } },
    ...(conditions.length > 0 && { if: conditions.join(" && ") }),
    verify: { server: "shop", tool: "find", with: { x: reads("verify") }, happened: "output.ok" },
    fallback: { kind: "value", value: reads("fallback") },
    compensate: { server: "shop", tool: "cancel", with: { x: reads("undo") } },
  };
}

/** Shuffles by a seed, so that a failure can be shrunk. */
function shuffled(size: number, keys: readonly number[]): readonly number[] {
  return [...Array(size).keys()].sort((left, right) => (keys[left % keys.length] ?? 0) - (keys[right % keys.length] ?? 0) || left - right);
}

const keys = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });

function planOf(graph: Links, order: readonly number[]): Plan {
  const { plan, problems } = buildPlan({ workflow: workflowOf(graph, order), catalog: CATALOG });
  return present(plan, JSON.stringify(problems));
}

test("every link of a workflow without cycles is a need, and nothing else is", () => {
  fc.assert(
    fc.property(withoutCycles, keys, (graph, seed) => {
      const order = shuffled(graph.length, seed);
      for (const { step, needs } of planOf(graph, order).nodes) {
        const wanted = new Set((graph[Number(step.id.slice(1))] ?? []).map(({ to }) => order.indexOf(to)));
        expect(needs).toEqual([...wanted].sort((left, right) => left - right));
      }
    }),
  );
});

test("levels grow along needs, dependents are needs from the other end, and the critical path is a path", () => {
  fc.assert(
    fc.property(withoutCycles, keys, (graph, seed) => {
      const { nodes, criticalPath, estimateMs, parallelPaths } = planOf(graph, shuffled(graph.length, seed));
      for (const [place, node] of nodes.entries()) {
        const above = node.needs.map((need) => nodes[need]?.level ?? Number.NaN);
        expect(node.level).toBe(above.length === 0 ? 0 : Math.max(...above) + 1);
        for (const dependent of node.dependents) expect(nodes[dependent]?.needs).toContain(place);
      }
      const links = nodes.map(({ needs }) => needs.length).reduce((left, right) => left + right, 0);
      expect(nodes.map(({ dependents }) => dependents.length).reduce((left, right) => left + right, 0)).toBe(links);
      const path = criticalPath.map((id) => nodes.findIndex(({ step }) => step.id === id));
      for (const [at, place] of path.slice(1).entries()) expect(nodes[place]?.needs).toContain(path[at]);
      expect(estimateMs).toBe(Math.max(...nodes.map(({ level }) => (level + 1) * 1_000)));
      expect(parallelPaths).toBeLessThanOrEqual(nodes.length);
    }),
  );
});

test("a cycle is named exactly when there is one, and each that is named is one", () => {
  fc.assert(
    fc.property(anyGraph, keys, (graph, seed) => {
      const firm = graph.map((linked) => linked.filter(({ link }) => link !== "undo").map(({ to }) => to));
      const { plan, problems } = buildPlan({ workflow: workflowOf(graph, shuffled(graph.length, seed)), catalog: CATALOG });
      const cycles = problems.filter(({ code }) => code === "cycle");
      expect(cycles.length > 0).toBe(hasCycle(firm));
      expect(plan === undefined).toBe(cycles.length > 0);
      for (const [place, next] of cycles.flatMap(({ message }) => edgesNamed(message))) expect(firm[place]).toContain(next);
    }),
    { numRuns: 300 },
  );
});

test("what undoing reads comes first, or there is a warning", () => {
  fc.assert(
    fc.property(anyGraph, keys, (graph, seed) => {
      const order = shuffled(graph.length, seed);
      const { plan, problems } = buildPlan({ workflow: workflowOf(graph, order), catalog: CATALOG });
      for (const [index, node] of plan?.nodes.entries() ?? []) {
        const place = Number(node.step.id.slice(1));
        for (const { to } of graph[place]?.filter(({ link }) => link === "undo") ?? []) {
          const warned = problems.some(({ code, path }) => code === "not-there-yet" && path[1] === index);
          expect(to === place || node.needs.includes(order.indexOf(to)) || warned).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("a schema of any kind, and any value, can be checked without an exception", () => {
  const names = [
    "type",
    "properties",
    "items",
    "required",
    "anyOf",
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "enum",
    "const",
  ];
  const numbers = ["minimum", "maxLength", "minItems", "multipleOf", "exclusiveMinimum", "additionalProperties", "pattern", "nullable"];
  const words = fc.constantFrom<Json>("string", "object", "#", "#/properties/a", "#/anyOf/0", "(", "^a", true, false, 0, -1, 2.5, null);
  const { schema } = fc.letrec<{ schema: Json }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      words,
      fc.array(tie("schema"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names, ...numbers, "a", "$defs", "dependencies", "prefixItems"), tie("schema"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(schema, fc.jsonValue(), (foreign, value) => {
      const read = readSchema(foreign);
      const taker = { name: "shop.buy", member: "argument" } as const;
      const check = (part: Json): number => checkValue({ schema: read, value: part, taker, hole: () => undefined }).length;
      expect(check(value as Json)).toBeGreaterThanOrEqual(0);
      expect(check({ a: value as Json })).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 1_000 },
  );
});

/** The pairs of steps of which a message says that the first needs the second. The middle of a long circle is left out. */
function edgesNamed(message: string): readonly (readonly [number, number])[] {
  const itself = /^"s(\d+)" needs itself$/.exec(message)?.[1];
  if (itself !== undefined) return [[Number(itself), Number(itself)]];
  return [...message.matchAll(/s(\d+) -> (?=s(\d+))/g)].map(([, place, next]) => [Number(place), Number(next)]);
}

function hasCycle(needs: readonly (readonly number[])[]): boolean {
  const left = new Set(needs.keys());
  for (;;) {
    const free = [...left].filter((place) => needs[place]?.every((need) => !left.has(need)));
    if (free.length === 0) return left.size > 0;
    for (const place of free) left.delete(place);
  }
}

const gates = fc.record({
  enforcement: fc.option(fc.constantFrom("code-review" as const, "unit-tests" as const), { nil: undefined }),
  validation: fc.option(fc.constantFrom("manual-review" as const, "integration-tests" as const), { nil: undefined }),
});

test("gates change nothing of what comes before what, and whoever needs a step comes after its gates", () => {
  fc.assert(
    fc.property(withoutCycles, keys, fc.array(gates, { minLength: 40, maxLength: 40 }), (graph, seed, gating) => {
      const plain = workflowOf(graph, shuffled(graph.length, seed));
      const steps = plain.steps.map((step, place): Step => ({ ...step, ...defined(gating[place] ?? {}) }));
      const registry: CheckRegistry = { checks: { "unit-tests": PROGRAM, "integration-tests": PROGRAM }, handlers: {} };
      const before = present(buildPlan({ workflow: plain, catalog: CATALOG }).plan, "it has no gates");
      const after = present(buildPlan({ workflow: { ...plain, steps }, catalog: CATALOG, registry }).plan, "it has gates");
      const [reached, gated] = [reachedFrom(before), reachedFrom(after)];
      const ids = plain.steps.map(({ id }) => id);
      for (const step of steps) {
        const behind = present(gated.get(step.id), "it is in the plan");
        expect([...behind].filter((id) => ids.includes(id)).sort()).toEqual([...present(reached.get(step.id), "it is in both")].sort());
        const validated = steps.filter(({ id, validation }) => behind.has(id) && validation !== undefined);
        const owed = [
          ...validated.map(({ id }) => `${id}--validation`),
          ...(step.enforcement === undefined ? [] : [`${step.id}--enforcement`]),
        ];
        expect(owed.filter((id) => !behind.has(id))).toEqual([]);
      }
      expect(after.workflow.steps).toBe(steps);
    }),
  );
});

const PROGRAM: CheckConfig = { kind: "command", command: "true", args: [], workingDirectory: "/", env: {} };

/** The ids of all nodes that come before each, in an order in which needs come first. */
function reachedFrom({ nodes }: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const reached = new Map<string, ReadonlySet<string>>();
  for (const { step, needs } of nodes.toSorted((left, right) => left.level - right.level)) {
    const ids = needs.flatMap((need) => nodes[need]?.step.id ?? []);
    reached.set(step.id, new Set(ids.flatMap((id) => [id, ...(reached.get(id) ?? [])])));
  }
  return reached;
}
