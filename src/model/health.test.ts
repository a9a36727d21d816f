import { expect, test } from "vitest";
import type { HealthState } from "./health.ts";
import { healthOfAll, healthOfServer } from "./health.ts";

test.each<readonly [readonly HealthState[], HealthState]>([
  [["healthy"], "healthy"],
  [["healthy", "healthy"], "healthy"],
  [["healthy", "unreachable"], "degraded"],
  [["degraded", "healthy"], "degraded"],
  [["unhealthy", "degraded"], "degraded"],
  [["unreachable", "unhealthy"], "unhealthy"],
  [["unreachable", "unreachable"], "unreachable"],
  [["unknown", "healthy"], "healthy"],
  [["unknown", "unreachable"], "unreachable"],
  [["unknown"], "unknown"],
])("a server with replicas that are %j is %s", (replicas, state) => {
  expect(healthOfServer(replicas)).toBe(state);
});

test.each<readonly [readonly HealthState[], HealthState]>([
  [[], "healthy"],
  [["healthy", "degraded"], "degraded"],
  [["unhealthy", "healthy", "degraded"], "unhealthy"],
  [["unreachable", "unhealthy"], "unreachable"],
])("servers that are %j are %s together", (servers, state) => {
  expect(healthOfAll(servers)).toBe(state);
});
