import { describe, expect, test } from "vitest";
import { catalogOf } from "../../test/support/catalog-of.ts";
import { planOf } from "../../test/support/plan-of.ts";
import type { CallTrip } from "../model/call.ts";
import type { EventBody } from "../model/event.ts";
import type { ExecutionMetrics } from "../model/execution.ts";
import type { ServerCapacity } from "../model/tool.ts";
import { executionMetrics } from "./execution-metrics.ts";
import { newState } from "./execution-state.ts";
import { fold } from "./fold.ts";

type Moment = readonly [atMs: number, event: EventBody];

const start: Moment = [0, { type: "execution-started", workflowId: "m", planHash: "", inputs: {} }];
const begin = (atMs: number, step: string, item?: number): Moment => [
  atMs,
  { type: "call-started", call: item === undefined ? { step } : { step, item }, attempt: 1, input: {} },
];
const succeed = (atMs: number, step: string, trip?: CallTrip, item?: number): Moment => [
  atMs,
  { type: "call-succeeded", call: item === undefined ? { step } : { step, item }, output: null, ...(trip === undefined ? {} : { trip }) },
];
const end = (atMs: number, outcome: "completed" | "partial_success" | "failed" = "completed"): Moment => [
  atMs,
  { type: "execution-ended", outcome, output: null, leftovers: [] },
];
const trip = (queuedMs: number, serverMs: number, overheadMs: number, more: Partial<CallTrip> = {}): CallTrip => ({
  queuedMs,
  serverMs,
  overheadMs,
  ...more,
});

function measure(steps: string, capacity: ServerCapacity | undefined, moments: readonly Moment[]): ExecutionMetrics {
  const facts = { tools: { read: {} }, effects: { read: "read" as const } };
  const plan = planOf(`id: m\nsteps:\n${steps}`, catalogOf({ s: capacity === undefined ? facts : { ...facts, capacity } }));
  const state = newState(plan, "e");
  for (const [place, [atMs, event]] of moments.entries()) fold(state, { ...event, seq: place + 1, atMs });
  return executionMetrics(state, moments.at(-1)?.[0] ?? 0);
}

const step = (id: string, more = ""): string => `  - { id: ${id}, tool: s.read, with: {}${more} }\n`;
const ONE_AT_A_TIME: ServerCapacity = { calls: 1, largest: {}, resources: {} };

describe("the metrics of an execution", () => {
  test("compare it with what its server could do, and with a server that can do everything at once", () => {
    const steps = step("a") + step("b", ", needs: [a]") + step("c", ", needs: [a]");
    const metrics = measure(steps, ONE_AT_A_TIME, [
      start,
      begin(0, "a"),
      succeed(110, "a", trip(0, 100, 10)),
      begin(110, "b"),
      begin(110, "c"),
      succeed(410, "c", trip(0, 300, 0)),
      succeed(615, "b", trip(300, 200, 5)),
      end(615),
    ]);
    expect(metrics).toMatchObject({
      calls: 3,
      retries: 0,
      durationMs: 615,
      criticalPathMs: 400,
      shortestMs: 600,
      parallelEfficiency: 400 / 615,
      maximumEfficiency: 400 / 600,
      efficiencyRatio: 600 / 615,
      queuedMs: 300,
      serverMs: 600,
      overheadMs: 15,
      overheadShare: 15 / 615,
      meanOverheadMs: 5,
      meanLatencyMs: 200,
      inTimeShare: 1,
      selectionAccuracy: 1,
    });
    expect(metrics.p95LatencyMs).toBeGreaterThanOrEqual(300);
    expect(metrics.p95LatencyMs).toBeLessThanOrEqual(330);
    // 40 + 20 * 0.9756 + 20 + 10 * (1 - 0.02439 / 0.1) + 10
    expect(metrics.score).toBe(97.1);
  });

  test("add what was undone to the shortest time, because nothing can run beside it", () => {
    const metrics = measure(step("a") + step("b"), ONE_AT_A_TIME, [
      start,
      begin(0, "a"),
      begin(0, "b"),
      succeed(100, "a", trip(0, 100, 0)),
      succeed(200, "b", trip(100, 100, 0)),
      [200, { type: "compensation-started" }],
      end(500, "failed"),
    ]);
    expect(metrics).toMatchObject({ durationMs: 500, criticalPathMs: 400, shortestMs: 500, efficiencyRatio: 1 });
  });

  test("take the items of a list to run as many at once as its server can do", () => {
    const items: Moment = [0, { type: "step-started", step: "a", items: [1, 2, 3, 4] }];
    const calls = [0, 1, 2, 3].map((item) => begin(0, "a", item));
    const ends = [0, 1, 2, 3].map((item) => succeed(100 * (item + 1), "a", trip(100 * item, 100, 0), item));
    const metrics = measure(step("a", ", for_each: [1, 2, 3, 4]"), { ...ONE_AT_A_TIME, calls: 2 }, [
      start,
      items,
      ...calls,
      ...ends,
      [400, { type: "step-completed", step: "a" }],
      end(400),
    ]);
    expect(metrics).toMatchObject({ criticalPathMs: 200, shortestMs: 200, durationMs: 400, efficiencyRatio: 0.5 });
  });

  test("count what was late, repeated, misdirected, left for another replica, and held without need", () => {
    const lost = { kind: "connection", message: "lost" } as const;
    const metrics = measure(
      step("a", ", resources: { gpu: 2 }, estimated_duration: 5s") + step("b", ", on_error: continue") + step("c"),
      undefined,
      [
        start,
        begin(0, "a"),
        begin(0, "b"),
        begin(0, "c"),
        [100, { type: "call-failed", call: { step: "c" }, error: lost, retryAtMs: 200, trip: trip(0, 90, 10, { hedged: true }) }],
        [200, { type: "call-started", call: { step: "c" }, attempt: 2 }],
        [1_600, { type: "call-failed", call: { step: "b" }, error: { kind: "not_found", message: "no such tool" } }],
        succeed(1_800, "c", trip(0, 1_500, 100, { failovers: [{ replica: "a", ...lost }] })),
        succeed(2_000, "a", trip(0, 1_500, 500, { reservedMs: 2_000 })),
        end(2_000, "failed"),
      ],
    );
    expect(metrics).toMatchObject({
      calls: 4,
      retries: 1,
      failovers: 1,
      hedgedCalls: 1,
      // The second attempt of c took longer than a second, and a is allowed five.
      inTimeShare: 2 / 3,
      selectionAccuracy: 3 / 4,
      resourceEfficiency: 1_500 / 2_000,
      resourceSeconds: { gpu: 4 },
    });
    // 0 + 20 * ratio + 20 * 2 / 3 + 10 * (1 - 610 / 3700 / 0.1, not below 0) + 10 * (1 - 1 / 4)
    expect(metrics.score).toBe(Math.round((20 * metrics.efficiencyRatio + 40 / 3 + 7.5) * 10) / 10);
  });

  test.each([
    [95, 100],
    [94, 900],
  ])("give the time within which 95 of 100 answers came: %d are quick", (quick, p95Ms) => {
    const list = Array.from({ length: 100 }, (_, item) => item);
    const metrics = measure(step("a", ", for_each: [1]"), undefined, [
      start,
      [0, { type: "step-started", step: "a", items: list }],
      ...list.map((item) => begin(0, "a", item)),
      ...list.map((item) => succeed(1_000, "a", trip(0, item < quick ? 100 : 900, 0), item)),
    ]);
    expect(metrics.p95LatencyMs).toBeGreaterThanOrEqual(p95Ms);
    expect(metrics.p95LatencyMs).toBeLessThanOrEqual(p95Ms * 1.1);
  });

  test.each([
    [1_000, 1],
    [1_000.001, 0],
  ])("call an answer after %d ms in time: %d", (serverMs, inTimeShare) => {
    expect(measure(step("a"), undefined, [start, begin(0, "a"), succeed(1_100, "a", trip(0, serverMs, 0))])).toMatchObject({ inTimeShare });
  });

  test("count of a partial success the steps that completed as they were meant to, and not those that did not have to", () => {
    const steps = ["a", "b", "c", "d", "f"].map((id) => `  - { id: ${id}, value: 1 }\n`).join("");
    const metrics = measure(steps, undefined, [
      start,
      [0, { type: "step-completed", step: "a", output: 1 }],
      [0, { type: "step-completed", step: "b", output: 1, degraded: "fallback" }],
      [0, { type: "step-skipped", step: "c", reason: "condition" }],
      [0, { type: "step-failed", step: "d", error: { kind: "tool_error", message: "no" } }],
      [0, { type: "step-skipped", step: "f", reason: "needs" }],
      end(0, "partial_success"),
    ]);
    // Of a, b, d and f one: 40 / 4, and all else in full.
    expect(metrics.score).toBe(70);
  });

  test("count what was skipped on purpose as little when a retry has taken it over", () => {
    const steps = ["a", "b"].map((id) => `  - { id: ${id}, value: 1 }\n`).join("");
    const retried: Moment = [
      0,
      { type: "execution-started", workflowId: "m", planHash: "", inputs: {}, reused: [{ step: "b", output: null, skipped: true }] },
    ];
    const metrics = measure(steps, undefined, [retried, [0, { type: "step-completed", step: "a", output: 1 }], end(0, "partial_success")]);
    expect(metrics.score).toBe(100);
  });

  test("of an execution that called nothing say nothing of calls", () => {
    const metrics = measure("  - { id: a, value: 1 }\n", undefined, [start, [0, { type: "step-completed", step: "a", output: 1 }], end(0)]);
    expect(metrics).toMatchObject({ calls: 0, efficiencyRatio: 1, parallelEfficiency: 1, score: 100 });
    expect(Object.keys(metrics)).not.toContain("meanLatencyMs");
  });

  test("give no score before the end", () => {
    expect(measure(step("a"), undefined, [start, begin(0, "a")]).score).toBeUndefined();
  });
});
