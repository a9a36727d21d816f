import { humanDuration } from "../../base/duration.ts";
import type { GetServerStatsOutput } from "../../contract/get-server-stats.ts";
import type { Alert } from "../../model/alert.ts";
import type { HealthState } from "../../model/health.ts";
import { placeOfReplica } from "../../model/replica.ts";
import { resourceWords } from "../../model/resource-words.ts";
import type { BreakerState, DurationSummary, ReplicaStats, ResourceStats, ServerStats } from "../../model/server-stats.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import type { Emphasis } from "./style.ts";
import { tableLines } from "./table.ts";

/** What was measured of servers: a table of calls, one of replicas and what they have, and the alerts. */
export function serverStatsLines({ servers, alerts, upMs }: GetServerStatsOutput): readonly Line[] {
  const used = servers.filter(({ calls, waiting, inFlight }) => calls + waiting + inFlight > 0);
  if (used.length === 0) return [[span("no calls yet", "dim")], ...alerts.map(alertLine)];
  return [
    [span(`measured for ${humanDuration(upMs)}`, "dim")],
    ...tableLines([headings(CALLS), ...used.map(callsRow)]),
    [],
    ...tableLines([headings(REPLICAS), ...servers.flatMap(replicaRows)]),
    ...(alerts.length === 0 ? [] : [[], ...alerts.map(alertLine)]),
  ];
}

const CALLS = [
  "SERVER",
  "CALLS",
  "PER MIN",
  "ERRORS",
  "P50",
  "P95",
  "P99",
  "QUEUE P95",
  "ADDED P50",
  "RETRIES",
  "FAILOVERS",
  "CACHED",
  "IN FLIGHT",
  "WAITING",
];

const REPLICAS = ["SERVER", "HEALTH", "BREAKER", "IN USE", "IDLE"];

function headings(texts: readonly string[]): readonly Span[] {
  return texts.map((text) => span(text, "dim"));
}

function callsRow(stats: ServerStats): readonly Span[] {
  const { server, calls, callsPerMinute, errorRate, latency, queued, overhead, retries, failovers, cacheHits, inFlight, waiting } = stats;
  const percent = errorRate * 100;
  return [
    span(oneLine(server, 64), "bold"),
    span(String(calls)),
    span(callsPerMinute.toFixed(callsPerMinute < 10 ? 1 : 0)),
    span(`${percent.toFixed(percent < 10 ? 1 : 0)} %`, errorRate === 0 ? undefined : "bad"),
    span(quantileText(latency, "p50Ms")),
    span(quantileText(latency, "p95Ms")),
    span(quantileText(latency, "p99Ms")),
    span(quantileText(queued, "p95Ms")),
    span(quantileText(overhead, "p50Ms")),
    span(String(retries)),
    span(String(failovers)),
    span(String(cacheHits)),
    span(String(inFlight)),
    span(String(waiting), waiting > 0 ? "warn" : undefined),
  ];
}

function quantileText(summary: DurationSummary | undefined, which: "p50Ms" | "p95Ms" | "p99Ms"): string {
  if (summary === undefined) return "-";
  const ms = summary[which];
  return ms < 10 ? `${ms.toFixed(1)} ms` : humanDuration(ms);
}

function replicaRows({ server, replicas }: ServerStats): readonly (readonly Span[])[] {
  return replicas.map(({ replica, health, breaker, resources }) => [
    span(oneLine(nameOf(server, { replica }), 128), "bold"),
    span(health, HEALTH_EMPHASIS[health]),
    span(breaker ?? "-", breaker === undefined ? "dim" : BREAKER_EMPHASIS[breaker]),
    span(resources.map(useText).join(", ")),
    span(resources.map(idleText).join(", "), "dim"),
  ]);
}

function nameOf(server: string, { replica }: Pick<ReplicaStats, "replica">): string {
  return placeOfReplica(server, replica);
}

function useText({ resource, inUse, capacity }: ResourceStats): string {
  const { key, amount } = resourceWords(resource, capacity);
  return `${oneLine(key, 40)} ${resourceWords(resource, inUse).amount}/${amount}`;
}

function idleText({ resource, utilisation, idleMs }: ResourceStats): string {
  return `${oneLine(resourceWords(resource, 0).key, 40)} ${humanDuration(idleMs)} (${Math.round(utilisation * 100)} % used)`;
}

function alertLine({ alert, subject, value, threshold, lastedMs }: Alert): Line {
  const about = `${alert}: ${oneLine(subject, 200)}, for ${humanDuration(lastedMs)}`;
  return [span(" ! ", "bad"), span(threshold === 0 ? about : `${about} (${Number(value.toPrecision(3))}, more than ${threshold})`)];
}

const HEALTH_EMPHASIS: Readonly<Record<HealthState, Emphasis>> = {
  unknown: "dim",
  healthy: "good",
  degraded: "warn",
  unhealthy: "bad",
  unreachable: "bad",
};

const BREAKER_EMPHASIS: Readonly<Record<BreakerState, Emphasis>> = { closed: "good", half_open: "warn", open: "bad" };
