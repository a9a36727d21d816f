import { expect, test } from "vitest";
import * as z from "zod";
import { executionMetrics } from "../../test/support/execution-view.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";

const view: ExecutionView = {
  executionId: "0193f2c7",
  workflowId: "order",
  status: "completed",
  outcome: "completed",
  driven: false,
  needsPerson: false,
  inputs: { orderId: { itemCount: 1 } },
  output: { paymentId: "p-1" },
  startedAtMs: 0,
  endedAtMs: 1_500,
  steps: [
    {
      id: "charge",
      status: "waiting",
      phase: "main",
      needs: ["inventory"],
      attempts: 1,
      startedAtMs: 10,
      output: { chargeId: 7 },
      waitingFor: { kind: "retry", untilMs: 86_400_000 },
    },
  ],
  leftovers: [{ step: "charge", reason: "not_compensatable" }],
  metrics: executionMetrics({ calls: 1, durationMs: 1_500, criticalPathMs: 1_400, resourceSeconds: { gpuMemoryBytes: 2 }, score: 97.5 }),
};

test("a report is snake_case with moments as text, and leaves alone what people and servers wrote", () => {
  expect(z.encode(executionView, view)).toEqual({
    execution_id: "0193f2c7",
    workflow_id: "order",
    status: "completed",
    outcome: "completed",
    driven: false,
    needs_person: false,
    inputs: { orderId: { itemCount: 1 } },
    output: { paymentId: "p-1" },
    started_at: "1970-01-01T00:00:00.000Z",
    ended_at: "1970-01-01T00:00:01.500Z",
    steps: [
      {
        id: "charge",
        status: "waiting",
        phase: "main",
        needs: ["inventory"],
        server: null,
        tool: null,
        attempts: 1,
        started_at: "1970-01-01T00:00:00.010Z",
        completed_at: null,
        output: { chargeId: 7 },
        waiting_for: { kind: "retry", until: "1970-01-02T00:00:00.000Z" },
      },
    ],
    leftovers: [{ step: "charge", reason: "not_compensatable" }],
    metrics: {
      calls: 1,
      retries: 0,
      duration_ms: 1_500,
      critical_path_ms: 1_400,
      shortest_ms: 0,
      parallel_efficiency: 1,
      maximum_efficiency: 1,
      efficiency_ratio: 1,
      queued_ms: 0,
      server_ms: 0,
      overhead_ms: 0,
      overhead_share: null,
      mean_overhead_ms: null,
      mean_latency_ms: null,
      p95_latency_ms: null,
      in_time_share: null,
      selection_accuracy: null,
      resource_efficiency: null,
      resource_seconds: { gpu_memory_bytes: 2 },
      failovers: 0,
      hedged_calls: 0,
      score: 97.5,
    },
  });
});

test("the keys that programs rely on are there, as null, while there is nothing to say", () => {
  const { outcome: _outcome, endedAtMs: _endedAtMs, ...going } = view;
  const document = z.encode(executionView, { ...going, status: "executing" });
  expect(document).toMatchObject({ outcome: null, ended_at: null });
  expect(executionView.parse(document)).toEqual({ ...going, status: "executing" });
});

test("a report survives the wire", () => {
  expect(executionView.parse(JSON.parse(JSON.stringify(z.encode(executionView, view))))).toEqual(view);
});

test("a document with a name that is not known is refused", () => {
  const document = z.encode(executionView, view) as object;
  expect(executionView.safeParse({ ...document, executionId: "x" }).success).toBe(false);
});
