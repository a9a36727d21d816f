import { expect, test } from "vitest";
import type { HealthState } from "./health.ts";
import { healthOfAll, healthOfServer, healthOfSystem } from "./health.ts";

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
])("what is known to be %j is %s", (servers, state) => {
  expect(healthOfAll(servers)).toBe(state);
});

const FOUR = ["healthy", "healthy", "healthy", "healthy"] as const;

test.each<readonly [readonly HealthState[], HealthState]>([
  [[], "healthy"],
  [FOUR, "healthy"],
  [[...FOUR, "degraded"], "degraded"],
  [[...FOUR, "unknown"], "degraded"],
  [[...FOUR, "degraded", "degraded"], "unhealthy"],
  [["healthy", "degraded"], "unhealthy"],
  [["degraded"], "unhealthy"],
  [[...FOUR, "unhealthy"], "unhealthy"],
  [[...FOUR, "unreachable"], "unhealthy"],
  [["degraded", "unreachable"], "unhealthy"],
  [["unhealthy", "unreachable"], "unreachable"],
  [["unhealthy"], "unreachable"],
])("a system of servers that are %j is %s", (servers, state) => {
  expect(healthOfSystem(servers)).toBe(state);
});
