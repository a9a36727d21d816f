import { expect, test } from "vitest";
import type { HealthSignal, HealthState, ReplicaFault } from "../model/health.ts";
import { afterSignal, UNSEEN } from "./health-standing.ts";
import type { HealthStanding, SignalSource } from "./health-standing.ts";

type Seen = readonly [HealthSignal, SignalSource];

const answer: Seen = [{ kind: "answered", durationMs: 60_000 }, "call"];
const check = (durationMs = 3): Seen => [{ kind: "answered", durationMs }, "check"];
const call = (fault: ReplicaFault): Seen => [{ kind: "failed", fault, message: "no" }, "call"];
const failedCheck = (fault: ReplicaFault): Seen => [{ kind: "failed", fault, message: "no" }, "check"];
const times = (count: number, seen: Seen): readonly Seen[] => Array.from({ length: count }, () => seen);

function after(...seen: readonly Seen[]): HealthStanding {
  return seen.reduce((standing, [signal, source]) => afterSignal(standing, signal, source), UNSEEN);
}

test.each<readonly [string, readonly Seen[], HealthState]>([
  ["nothing has been seen", [], "unknown"],
  ["it answers, however long its tools take", [answer], "healthy"],
  ["one call of many fails", [answer, call("timeout")], "degraded"],
  ["few answers have followed a fault", [answer, call("server_error"), ...times(3, answer)], "degraded"],
  ["enough answers have followed a fault", [answer, call("server_error"), ...times(4, answer)], "healthy"],
  ["every fifth call fails", times(6, answer).flatMap((seen) => [seen, seen, seen, call("timeout")]), "degraded"],
  ["two calls in a row fail", [answer, ...times(2, call("timeout"))], "degraded"],
  ["three calls in a row fail", [answer, ...times(3, call("server_error"))], "unhealthy"],
  ["two checks in a row fail", [answer, ...times(2, failedCheck("timeout"))], "unhealthy"],
  ["the first check fails", [failedCheck("timeout")], "unhealthy"],
  ["the first call fails", [call("timeout")], "degraded"],
  ["one call loses its connection", [answer, call("connection")], "degraded"],
  ["two calls in a row lose their connection", [answer, ...times(2, call("connection"))], "unreachable"],
  ["two calls lose their connection, with an answer between", [answer, call("connection"), answer, call("connection")], "degraded"],
  ["a check finds nobody", [answer, failedCheck("connection")], "unreachable"],
  ["it is there again and fails", [failedCheck("connection"), failedCheck("timeout")], "unhealthy"],
  ["it has answered once after it was away", [failedCheck("connection"), check()], "degraded"],
  ["it has answered twice after it was away", [failedCheck("connection"), check(), answer], "healthy"],
  ["it has answered twice after a long outage", [...times(9, failedCheck("timeout")), check(), check()], "healthy"],
  ["a check is slow", [check(2_001)], "degraded"],
  ["a check is slow, then calls are answered", [check(2_001), answer, answer], "degraded"],
  ["a check is slow, then a little quicker", [check(2_001), check(1_500)], "degraded"],
  ["a check is slow, then quick", [check(2_001), check(900)], "healthy"],
  ["a check was not quick, and never slow", [check(1_500)], "healthy"],
])("when %s", (_, seen, state) => {
  expect(after(...seen).state).toBe(state);
});

test("a signal that changes nothing makes no new object", () => {
  const healthy = after(answer);
  expect(afterSignal(healthy, ...answer)).toBe(healthy);
});
