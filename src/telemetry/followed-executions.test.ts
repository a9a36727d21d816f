import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { linesOf } from "../../test/support/log-lines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { parsePrometheus, sampleValue } from "../../test/support/prometheus.ts";
import { TuttiError } from "../model/errors.ts";
import type { EventBody } from "../model/event.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import { FollowedExecutions } from "./followed-executions.ts";
import { openMetrics } from "./open-metrics.ts";

const STARTED: EventBody = {
  type: "execution-started",
  workflowId: "w",
  planHash: "h",
  inputs: { pin: "secret" },
  meta: { requestId: "r-1" },
};
const ENDED: EventBody = { type: "execution-ended", outcome: "completed", output: "secret", leftovers: [] };

function followed(known: Readonly<Record<string, Partial<ExecutionSummary>>> = {}) {
  const clock = new ManualClock();
  const metrics = openMetrics(clock);
  const { log, lines } = linesOf("info");
  const summary = async (executionId: string): Promise<ExecutionSummary | undefined> => {
    const about = known[executionId];
    if (about === undefined) throw new TuttiError("journal.unusable", "gone", { path: "x", reason: "io" });
    return { executionId, workflowId: "w", status: "executing", startedAtMs: clock.nowMs() - 60_000, updatedAtMs: 0, ...about };
  };
  const executions = new FollowedExecutions({ metrics, log, clock, summary });
  let seq = 0;
  return {
    clock,
    metrics,
    lines,
    executions,
    heard: (body: EventBody, executionId = "e-1") =>
      executions.heard({ type: "event", executionId, event: { ...body, seq: (seq += 1), atMs: clock.nowMs() } }),
    value: (name: string, labels = {}) => sampleValue(parsePrometheus(metrics.prometheusText()), name, labels),
    [Symbol.asyncDispose]: async () => await executions[Symbol.asyncDispose](),
  };
}

test("an execution is counted, measured, and told of when it begins and when it ends", async () => {
  await using world = followed();
  world.heard(STARTED);
  expect(world.value("tutti_executions_running")).toBe(1);
  world.clock.advance(7_000);
  world.heard(ENDED);
  expect(world.value("tutti_executions_running")).toBe(0);
  expect(world.value("tutti_executions_total", { workflow: "w", outcome: "completed" })).toBe(1);
  expect(world.value("tutti_execution_duration_seconds_sum", { workflow: "w" })).toBe(7);
  const ids = { execution_id: "e-1", workflow_id: "w", request_id: "r-1" };
  expect(world.lines).toEqual([
    { level: "info", message: "an execution has started", fields: ids },
    { level: "info", message: "an execution has ended", fields: { ...ids, outcome: "completed", duration_ms: 7_000 } },
  ]);
});

test("one that waits for a person does not count as running for long, and does again when it moves on", async () => {
  await using world = followed();
  world.heard(STARTED);
  world.clock.advance(5_000);
  const running = (): readonly string[] =>
    [...world.executions.running()].map(({ executionId, runningMs }) => `${executionId} ${runningMs}`);
  expect(running()).toEqual(["e-1 5000"]);
  world.heard({ type: "execution-stood" });
  expect(running()).toEqual([]);
  world.heard({ type: "execution-moved" });
  expect(running()).toEqual(["e-1 5000"]);
  world.heard({ type: "execution-paused" });
  expect(running()).toEqual([]);
  world.heard({ type: "execution-resumed" });
  world.heard({ type: "compensation-started" });
  expect(running()).toEqual(["e-1 5000"]);
});

test("of one that an earlier process has begun, the beginning is looked up", async () => {
  await using world = followed({ "e-1": {}, "e-2": { endedAtMs: 1 } });
  world.executions.took("e-1");
  world.executions.took("e-2");
  await nextTurn();
  world.clock.advance(1_000);
  expect([...world.executions.running()]).toEqual([{ executionId: "e-1", workflowId: "w", runningMs: 61_000 }]);
  world.heard(ENDED);
  expect(world.value("tutti_execution_duration_seconds_sum", { workflow: "w" })).toBe(61);
});

test("one that cannot be looked up is counted all the same", async () => {
  await using world = followed();
  world.heard(ENDED);
  await nextTurn();
  expect(world.value("tutti_executions_total", { workflow: "(unknown)", outcome: "completed" })).toBe(1);
  expect(world.value("tutti_executions_running")).toBe(0);
});

test.each([
  [{ type: "execution-stood" }, "warn an execution waits for a person", {}],
  [
    {
      type: "call-failed",
      call: { step: "a" },
      retryAtMs: Date.UTC(2026, 0, 1) + 500,
      error: { kind: "timeout", message: "secret", server: "s", tool: "t" },
    },
    "warn a call is repeated",
    { call: "a", retry_in_ms: 500, error: "timeout", server: "s", tool: "t" },
  ],
  [
    { type: "call-in-doubt", call: { step: "a" }, error: { kind: "connection", message: "secret" } },
    "warn nobody knows whether a call took effect",
    { call: "a", error: "connection" },
  ],
  [
    { type: "step-failed", step: "a", error: { kind: "tool_error", message: "secret" } },
    "warn a step has failed",
    { step: "a", error: "tool_error" },
  ],
  [
    { ...ENDED, outcome: "failed", error: { kind: "timeout", message: "secret" } },
    "warn an execution has ended",
    { outcome: "failed", error: "timeout" },
  ],
  [
    { ...ENDED, outcome: "rollback_failed", leftovers: [{ step: "a", reason: "in_doubt" }] },
    "error an execution has ended",
    { outcome: "rollback_failed", leftovers: 1 },
  ],
] as const)("what an operator should know has a line, without data of anybody: $0.type", async (event, line, fields) => {
  await using world = followed();
  world.heard(STARTED);
  world.heard(event);
  const last = world.lines.at(-1);
  expect(`${last?.level} ${last?.message}`).toBe(line);
  expect(last?.fields).toMatchObject(fields);
  expect(JSON.stringify(world.lines)).not.toContain("secret");
});

test("what has no line is not told of: a call that has failed for good is its step's failure", async () => {
  await using world = followed();
  world.heard(STARTED);
  world.heard({ type: "call-failed", call: { step: "a" }, error: { kind: "timeout", message: "x" } });
  world.heard({ type: "call-succeeded", call: { step: "a" }, output: 1 });
  world.executions.heard({ type: "stage", executionId: "e-1", call: { step: "a" }, stage: "sent" });
  expect(world.lines).toHaveLength(1);
});

test("what could not be undone is remembered for an hour", async () => {
  await using world = followed();
  world.heard(STARTED);
  world.heard({ ...ENDED, outcome: "rollback_failed" });
  world.heard(STARTED, "e-2");
  world.heard({ ...ENDED, outcome: "failed_with_rollback" }, "e-2");
  world.clock.advance(3_599_999);
  expect([...world.executions.notUndone()]).toEqual(["e-1"]);
  world.clock.advance(1);
  expect([...world.executions.notUndone()]).toEqual([]);
});

test("when it is disposed, it is measured no more", async () => {
  const world = followed();
  world.heard(STARTED);
  await world[Symbol.asyncDispose]();
  expect(world.value("tutti_executions_running")).toBeUndefined();
});
