import { humanDuration } from "../../base/duration.ts";
import type { ExecutionMetrics } from "../../model/execution.ts";
import { resourceWords } from "../../model/resource-words.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import { tableLines } from "./table.ts";

type Row = readonly [name: string, value: string | undefined, about: string];

/** How well an execution went, with the words that `docs/operations.md` explains; what does not apply is left out. */
export function metricsTable(metrics: ExecutionMetrics): readonly Line[] {
  const rows = [...courseRows(metrics), ...callRows(metrics), ...resourceRows(metrics)];
  return tableLines(
    rows.flatMap(([name, value, about]): readonly (readonly Span[])[] =>
      value === undefined ? [] : [[span(name, "dim"), span(value), span(about, "dim")]],
    ),
  );
}

function courseRows(metrics: ExecutionMetrics): readonly Row[] {
  const { score, durationMs, shortestMs, criticalPathMs } = metrics;
  return [
    ["score", score === undefined ? undefined : `${score} of 100`, ""],
    [
      "duration",
      humanDuration(durationMs),
      `at least ${humanDuration(shortestMs)} with these servers, critical path ${humanDuration(criticalPathMs)}`,
    ],
    [
      "efficiency",
      percent(metrics.efficiencyRatio),
      `of what is possible: ${percent(metrics.parallelEfficiency)} of at most ${percent(metrics.maximumEfficiency)}`,
    ],
  ];
}

function callRows(metrics: ExecutionMetrics): readonly Row[] {
  const { calls, retries, meanLatencyMs, p95LatencyMs, overheadShare, meanOverheadMs, failovers, hedgedCalls } = metrics;
  const tail = p95LatencyMs === undefined ? "" : `95 % within ${fine(p95LatencyMs)}`;
  return [
    ["calls", String(calls), [`${retries} repeated`, `${failovers} failed over`, `${hedgedCalls} hedged`].join(", ")],
    ["latency", meanLatencyMs === undefined ? undefined : fine(meanLatencyMs), `mean of the time with servers, ${tail}`],
    ["in time", percent(metrics.inTimeShare), "of the calls were answered within a second, or as the step expected"],
    [
      "overhead",
      percent(overheadShare),
      `of the time of the calls, ${fine(meanOverheadMs ?? 0)} each; in queues ${humanDuration(metrics.queuedMs)}`,
    ],
    ["accuracy", percent(metrics.selectionAccuracy), "of the calls went to a server that has the tool"],
  ];
}

function resourceRows({ resourceEfficiency, resourceSeconds }: ExecutionMetrics): readonly Row[] {
  const held = Object.entries<number>({ ...resourceSeconds }).map(([name, seconds]) => {
    const { key, amount } = resourceWords(name, rounded(seconds));
    return `${key} ${amount}`;
  });
  return [
    [
      "resources",
      percent(resourceEfficiency),
      `of the time for which they were held, a server worked; held, times seconds: ${held.join(", ")}`,
    ],
  ];
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${rounded(share * 100)} %`;
}

/** Overheads are often less than a millisecond. */
function fine(ms: number): string {
  return ms < 10 ? `${rounded(ms)} ms` : humanDuration(ms);
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
