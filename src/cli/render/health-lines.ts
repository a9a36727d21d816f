import { humanDuration } from "../../base/duration.ts";
import type { HealthReport, ServerHealth } from "../../contract/check-health.ts";
import type { ReplicaVerdict } from "../../contract/server-health.ts";
import type { HealthState } from "../../model/health.ts";
import { oneLine } from "./safe-text.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";
import type { Emphasis } from "./style.ts";
import { tableLines } from "./table.ts";

/** How servers are doing: a line for each, with its replicas where it has several, and what could be done. */
export function healthLines({ status, servers }: HealthReport): readonly Line[] {
  const [, emphasis] = SIGNS[status];
  const count = servers.length === 0 ? "no servers are configured" : `${servers.length} ${servers.length === 1 ? "server" : "servers"}`;
  const rows = tableLines(servers.map(serverRow));
  return [
    [span(status, emphasis), span(`  ${count}`, "dim")],
    ...servers.flatMap(({ endpoints, recommendations }, index) => [
      rows[index] ?? [],
      ...(endpoints.length > 1 ? replicaLines(endpoints) : []),
      ...recommendations.map((text) => [span("     → ", "dim"), span(oneLine(text, 1_000))]),
    ]),
  ];
}

/** The replicas of a server, below its line. */
export function replicaLines(replicas: readonly ReplicaVerdict[]): readonly Line[] {
  const rows = replicas.map(({ replica, tier, health, responseMs, uptimeMs, address, message }): readonly Span[] => [
    signOf(health),
    span(replica),
    span(`tier ${tier}`, "dim"),
    span(health, SIGNS[health][1]),
    span(timesOf({ responseMs, uptimeMs }), "dim"),
    message === undefined ? span(oneLine(address, 200), "dim") : span(oneLine(message), "bad"),
  ]);
  return tableLines(rows, "    ");
}

const SIGNS: Readonly<Record<HealthState, readonly [string, Emphasis]>> = {
  unknown: ["?", "dim"],
  healthy: ["✔", "good"],
  degraded: ["!", "warn"],
  unhealthy: ["✖", "bad"],
  unreachable: ["✖", "bad"],
};

function signOf(state: HealthState): Span {
  const [sign, emphasis] = SIGNS[state];
  return span(` ${sign}`, emphasis);
}

function serverRow({ server, status, responseMs, version, uptimeMs, endpoints }: ServerHealth): readonly Span[] {
  const [only, ...others] = endpoints;
  const where = only === undefined || others.length > 0 ? `${endpoints.length} replicas` : only.address;
  return [
    signOf(status),
    span(server, "bold"),
    span(status, SIGNS[status][1]),
    span(timesOf({ responseMs, uptimeMs }), "dim"),
    span(version === undefined ? "" : oneLine(version, 40), "dim"),
    only?.message !== undefined && others.length === 0 ? span(oneLine(only.message), "bad") : span(oneLine(where, 200), "dim"),
  ];
}

function timesOf({ responseMs, uptimeMs }: { readonly responseMs: number | undefined; readonly uptimeMs: number | undefined }): string {
  const parts = [
    responseMs === undefined ? undefined : humanDuration(responseMs),
    uptimeMs === undefined ? undefined : `up ${humanDuration(uptimeMs)}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}
