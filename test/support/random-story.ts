import fc from "fast-check";
import { present } from "../../src/base/assert.ts";
import type { Meta } from "../../src/envelope/meta.ts";
import type { Story } from "./lives.ts";
import { planOf } from "./plan-of.ts";
import { truthfulPerson } from "./stories.ts";
import { type Behaviour, failed, lost, numberIn, partly, succeeded, World, type WorldCall } from "./world.ts";

/** What becomes of the calls of a step. `denied` steps ask for a permission that nobody has. */
export type Fate = "succeeds" | "fails" | "flaky" | "slow" | "lost" | "denied" | "partial";

export interface RandomStep {
  readonly needs: readonly number[];
  /** A `kid` is a child workflow with one call that acts each time. */
  readonly tool: "read" | "set" | "pay" | "kid";
  readonly fate: Fate;
  /** The fate of the tool that stands in for it. */
  readonly fallback: "none" | "value" | Exclude<Fate, "denied">;
  readonly each: boolean;
  readonly verified: boolean;
  readonly compensated: boolean;
  readonly tolerant: boolean;
  /** It may not take as long as its slow calls do, nor repeat much. */
  readonly brief: boolean;
  readonly condition: "none" | "always" | "never";
}

export interface RandomStory {
  readonly steps: readonly RandomStep[];
  readonly mode: "fail_fast" | "allow_partial" | "best_effort";
  readonly honoursKey: boolean;
  /** It has less time than its slow calls take. */
  readonly hasty: boolean;
  /** Somebody does this when so many calls have arrived. */
  readonly interrupt: { readonly afterCalls: number; readonly type: "cancel" | "pause" } | undefined;
  readonly deaths: readonly number[];
}

/** For whom each of them runs. */
export const STORY_META: Meta = { tenant: "acme", security: { userId: "ann", permissions: ["shop:*"] } };

const MISFORTUNES = ["fails", "flaky", "slow", "lost", "partial"] as const;
const well = { weight: 12, arbitrary: fc.constant("succeeds" as const) };

const step: fc.Arbitrary<RandomStep> = fc.record({
  needs: fc.array(fc.nat(1_000), { maxLength: 3 }),
  tool: fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom("read" as const, "set" as const, "pay" as const) },
    { weight: 1, arbitrary: fc.constant("kid" as const) },
  ),
  fate: fc.oneof(well, { weight: 5, arbitrary: fc.constantFrom(...MISFORTUNES, "denied" as const) }),
  fallback: fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom("none" as const, "none" as const, "value" as const) },
    { weight: 5, arbitrary: fc.constantFrom(...MISFORTUNES) },
    well,
  ),
  each: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  verified: fc.boolean(),
  compensated: fc.boolean(),
  tolerant: fc.boolean(),
  brief: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  condition: fc.oneof(
    { weight: 8, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constantFrom("always" as const, "never" as const) },
  ),
});

/** Workflows of up to 200 steps in any graph, with all that can happen to their calls and to the processes that run them. */
export const randomStory: fc.Arbitrary<RandomStory> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 200, size: "max" }),
  mode: fc.constantFrom("fail_fast" as const, "allow_partial" as const, "best_effort" as const),
  honoursKey: fc.boolean(),
  hasty: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  interrupt: fc.option(fc.record({ afterCalls: fc.nat(60), type: fc.constantFrom("cancel" as const, "pause" as const) }), {
    nil: undefined,
    freq: 2,
  }),
  deaths: fc.array(fc.nat(60), { maxLength: 3 }),
});

/** Steps only need earlier ones, so that the graph has no cycle. */
function needsOf(random: RandomStep, index: number): readonly number[] {
  return index === 0 ? [] : [...new Set(random.needs.map((need) => need % index))];
}

/** What stands in for step 3 has the number 1003. */
const FALLBACK = 1_000;

/** The fate of a call that has arrived. */
export function fateOf(random: RandomStory, call: WorldCall): Fate {
  const n = numberIn(call);
  const found = random.steps[n % FALLBACK];
  if (found === undefined || !["read", "set", "pay"].includes(call.tool)) return "succeeds";
  if (n < FALLBACK) return found.fate;
  return found.fallback === "none" || found.fallback === "value" ? "succeeds" : found.fallback;
}

/** The story with a fresh world. */
export function storyOf(random: RandomStory): Story {
  const fated: Behaviour = (call, { calls }) => {
    const output = { id: call.key };
    switch (fateOf(random, call)) {
      // What is denied does not arrive.
      case "denied":
      case "succeeds":
        return { outcome: succeeded(output) };
      case "partial":
        return { outcome: partly(output, "a part is missing") };
      case "slow":
        return { outcome: succeeded(output), delayMs: 5_000 };
      case "fails":
        return { outcome: failed("tool_error", "no") };
      case "flaky":
        return {
          outcome: calls.filter(({ key }) => key === call.key).length < 3 ? failed("connection", "not now", false) : succeeded(output),
        };
      case "lost":
        return { outcome: lost() };
    }
  };
  const world = new World({ read: fated, set: fated, pay: fated });
  const { interrupt } = random;
  const w = { ...present(world.catalog()["w"], "the world has one server"), honoursIdempotencyKey: random.honoursKey };
  return {
    plan: planOf(textOf(random), { w }, [childOf("kid", "shop:buy"), childOf("denied-kid", "vault:open")]),
    world,
    meta: STORY_META,
    // Nothing happens to an execution that is not paused.
    person: (report, seen) => [...truthfulPerson(report, seen), { type: "resume" }],
    ...(interrupt === undefined ? {} : { interrupt: { afterCalls: interrupt.afterCalls, signal: { type: interrupt.type, by: "ann" } } }),
  };
}

function childOf(id: string, permission: string): string {
  return `
id: ${id}
inputs: { n: { type: integer } }
steps: [{ id: do, tool: w.pay, with: { n: "\${{ inputs.n }}" }, permissions: ["${permission}"] }]
output: { id: "\${{ steps.do.output.id }}" }`;
}

function textOf(random: RandomStory): string {
  const steps = random.steps.map((one, index) => {
    const needs = needsOf(one, index).map((need) => `s${need}`);
    return `  - { ${[`id: s${index}`, `needs: [${needs.join(", ")}]`, ...actionOf(one, index), ...keysOf(one, index)].join(", ")} }`;
  });
  const limit = random.hasty ? "timeout: 4s\n" : "";
  return `id: random\nerror_policy: ${random.mode}\n${limit}steps:\n${steps.join("\n")}\n`;
}

function actionOf({ tool, fate: becomes, verified, each }: RandomStep, index: number): readonly string[] {
  const denied = becomes === "denied";
  if (tool === "kid") return [`workflow: ${denied ? "denied-kid" : "kid"}`, `with: { n: ${index} }`];
  const call = each ? `"s${index}[\${{ index }}]"` : `s${index}`;
  return [
    `tool: w.${tool}`,
    `with: { n: ${index} }`,
    ...(denied ? ["permissions: [vault:open]"] : []),
    ...(tool === "pay" && verified ? [`verify: { tool: w.find_payment, with: { step: ${call} }, happened: "\${{ output.found }}" }`] : []),
  ];
}

function keysOf({ fallback, each, compensated, tolerant, brief, condition }: RandomStep, index: number): readonly string[] {
  return [
    ...(each ? ["for_each: [1, 2, 3]", "max_parallel: 2"] : []),
    ...(fallback === "value" ? ["fallback: { value: { id: none } }"] : []),
    ...(fallback === "value" || fallback === "none" ? [] : [`fallback: { tool: w.set, with: { n: ${FALLBACK + index} } }`]),
    ...(compensated ? [`compensate: { tool: w.undo_set, with: { n: ${index} } }`] : []),
    ...(tolerant ? ["on_error: continue"] : []),
    ...(brief ? ["max_duration: 2s"] : []),
    ...(condition === "none" ? [] : [`if: "\${{ ${condition === "always" ? "always()" : "1 > 2"} }}"`]),
  ];
}
