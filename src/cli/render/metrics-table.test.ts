import { expect, test } from "vitest";
import { executionMetrics } from "../../../test/support/execution-view.ts";
import type { ExecutionMetrics } from "../../model/execution.ts";
import { metricsTable } from "./metrics-table.ts";
import { printLines } from "./span.ts";
import { plain } from "./style.ts";

function show(metrics: ExecutionMetrics): readonly string[] {
  return printLines(metricsTable(metrics), { style: plain }).trimEnd().split("\n");
}

test("how well an execution went stands in a few lines", () => {
  const metrics = executionMetrics({
    calls: 24,
    retries: 1,
    durationMs: 26_000,
    criticalPathMs: 23_140,
    shortestMs: 25_160,
    parallelEfficiency: 0.89,
    maximumEfficiency: 0.92,
    efficiencyRatio: 0.9674,
    queuedMs: 1_500,
    serverMs: 24_000,
    overheadMs: 48,
    overheadShare: 0.002,
    meanOverheadMs: 2,
    meanLatencyMs: 78,
    p95LatencyMs: 910,
    inTimeShare: 1,
    selectionAccuracy: 1,
    resourceEfficiency: 0.94,
    resourceSeconds: { gpu: 1_464, memoryBytes: 64e9 },
    failovers: 2,
    score: 98,
  });
  expect(show(metrics)).toEqual([
    "score       98 of 100",
    "duration    26.0 s     at least 25.2 s with these servers, critical path 23.1 s",
    "efficiency  96.7 %     of what is possible: 89 % of at most 92 %",
    "calls       24         1 repeated, 2 failed over, 0 hedged",
    "latency     78 ms      mean of the time with servers, 95 % within 910 ms",
    "in time     100 %      of the calls were answered within a second, or as the step expected",
    "overhead    0.2 %      of the time of the calls, 2 ms each; in queues 1.5 s",
    "accuracy    100 %      of the calls went to a server that has the tool",
    "resources   94 %       of the time for which they were held, a server worked; held, times seconds: gpu 1460, memory 64 GB",
  ]);
});

test("what does not apply is left out", () => {
  expect(show(executionMetrics())).toEqual([
    "duration    0 ms   at least 0 ms with these servers, critical path 0 ms",
    "efficiency  100 %  of what is possible: 100 % of at most 100 %",
    "calls       0      0 repeated, 0 failed over, 0 hedged",
  ]);
});
