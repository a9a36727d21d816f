import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { linesOf } from "../../test/support/log-lines.ts";
import { parsePrometheus, sampleValue } from "../../test/support/prometheus.ts";
import type { Json } from "../base/json.ts";
import { AlertWatch } from "./alert-watch.ts";
import type { RunningExecution } from "./followed-executions.ts";
import { openMetrics } from "./open-metrics.ts";
import type { MetricsStore } from "./open-metrics.ts";

interface Watched extends Disposable {
  readonly clock: ManualClock;
  readonly metrics: MetricsStore;
  readonly executions: RunningExecution[];
  readonly notUndone: string[];
  readonly watch: AlertWatch;
  /** What the log has been told. */
  told(): readonly string[];
}

function watched(): Watched {
  const clock = new ManualClock();
  const metrics = openMetrics(clock);
  const { log, lines } = linesOf("info");
  const executions: RunningExecution[] = [];
  const notUndone: string[] = [];
  const watch = new AlertWatch({ metrics, log, clock, executions: { running: () => executions, notUndone: () => notUndone } });
  return {
    clock,
    metrics,
    executions,
    notUndone,
    watch,
    told: () => lines.map(({ message, fields }) => `${message}: ${textOf(fields["alert"])} ${textOf(fields["subject"])}`),
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Calls of one server for so long, one per second. */
function callFor({ clock, metrics }: Watched, seconds: number, call: { readonly took?: number; readonly outcome?: string }): void {
  for (let second = 0; second < seconds; second += 1) {
    metrics.count("tutti_calls_total", { server: "shop", tool: "buy", outcome: call.outcome ?? "succeeded" });
    if (call.took !== undefined) metrics.record("tutti_call_duration_seconds", { server: "shop" }, call.took);
    clock.advance(1_000);
  }
}

test("a server that has become slow is told of after five minutes, and again when it is quick", () => {
  using world = watched();
  callFor(world, 600, { took: 0.05 });
  callFor(world, 300, { took: 2 });
  expect(world.told()).toEqual([]);
  callFor(world, 60, { took: 2 });
  expect(world.told()).toEqual(["an alert is firing: high_latency shop"]);
  expect(
    sampleValue(parsePrometheus(world.metrics.prometheusText()), "tutti_alert_firing", { alert: "high_latency", server: "shop" }),
  ).toBe(1);
  callFor(world, 120, { took: 0.05 });
  expect(world.told()).toEqual(["an alert is firing: high_latency shop", "an alert is resolved: high_latency shop"]);
  expect(parsePrometheus(world.metrics.prometheusText()).get("tutti_alert_firing")?.samples).toEqual([]);
});

test("errors of a server are told of after three minutes, also when it did well for long before", () => {
  using world = watched();
  callFor(world, 3_600, {});
  callFor(world, 180, { outcome: "tool_error" });
  expect(world.told()).toEqual([]);
  callFor(world, 60, { outcome: "tool_error" });
  expect(world.told()).toEqual(["an alert is firing: high_error_rate shop"]);
});

test("what was never sent, and what somebody has cancelled, is no error of the server", () => {
  using world = watched();
  for (const outcome of ["denied", "cancelled", "circuit_open", "input_invalid"]) callFor(world, 300, { outcome });
  expect(world.told()).toEqual([]);
});

test.each([
  { states: [3, 4], alerts: ["server_down shop"], what: "all of its replicas are down" },
  { states: [4, 1], alerts: [], what: "not while one of them is there" },
  { states: [4, 2], alerts: [], what: "not while one of them answers slowly" },
  { states: [0, 4], alerts: ["server_down shop"], what: "one that nobody has asked proves nothing" },
  { states: [0, 0], alerts: [], what: "not when nobody has asked any" },
])("a server is down after a minute: $what", ({ states, alerts }) => {
  using world = watched();
  world.metrics.observe("tutti_server_health", () => states.map((value, n) => ({ labels: { server: "shop", replica: `r${n}` }, value })));
  world.clock.advance(60_000);
  expect(world.told()).toEqual([]);
  world.clock.advance(30_000);
  expect(world.told()).toEqual(alerts.map((alert) => `an alert is firing: ${alert}`));
});

test("a breaker that is tried now and then and opens again has been open all the time", () => {
  using world = watched();
  let state = 2;
  world.metrics.observe("tutti_breaker_state", () => [{ labels: { server: "shop", replica: "b" }, value: state }]);
  for (let n = 0; n < 5; n += 1) {
    world.clock.advance(15_000);
    state = 3 - state;
  }
  expect(world.told()).toEqual(["an alert is firing: circuit_open shop#b"]);
  state = 0;
  world.clock.advance(15_000);
  expect(world.told()).toHaveLength(2);
});

test("a resource is exhausted when all of it is in use and calls wait; that calls wait for places is no alarm", () => {
  using world = watched();
  const resources = (of: Readonly<Record<string, number>>) => () =>
    Object.entries(of).map(([resource, value]) => ({ labels: { server: "shop", resource }, value }));
  world.metrics.observe("tutti_resource_capacity", resources({ gpu: 2, memory: 8, places: 5 }));
  world.metrics.observe("tutti_resource_in_use", resources({ gpu: 2, memory: 4, places: 5 }));
  let waiting = 0;
  world.metrics.observe("tutti_calls_waiting", () => [{ labels: { server: "shop" }, value: waiting }]);
  world.clock.advance(300_000);
  expect(world.told()).toEqual([]);
  waiting = 1;
  world.clock.advance(90_000);
  expect(world.told()).toEqual(["an alert is firing: resource_exhaustion shop/gpu"]);
});

test("an execution that runs for more than an hour is told of, and has no series of its own", () => {
  using world = watched();
  world.executions.push({ executionId: "e-1", workflowId: "w", runningMs: 3_600_000 });
  world.clock.advance(15_000);
  expect(world.told()).toEqual([]);
  world.executions[0] = { executionId: "e-1", workflowId: "w", runningMs: 3_615_000 };
  world.clock.advance(15_000);
  expect(world.told()).toEqual(["an alert is firing: workflow_running_long e-1"]);
  const samples = parsePrometheus(world.metrics.prometheusText()).get("tutti_alert_firing")?.samples;
  expect(samples).toEqual([{ name: "tutti_alert_firing", labels: { alert: "workflow_running_long" }, value: 1 }]);
  world.executions.length = 0;
  world.clock.advance(15_000);
  expect(world.watch.firing()).toEqual([]);
});

test("what could not be undone is told of at once, as long as it is told to the watch", () => {
  using world = watched();
  world.notUndone.push("e-1");
  world.clock.advance(15_000);
  world.notUndone.length = 0;
  world.clock.advance(15_000);
  expect(world.told()).toEqual(["an alert is firing: rollback_failed e-1", "an alert is resolved: rollback_failed e-1"]);
});

test("when it is disposed, it looks no more and leaves no timer", () => {
  const world = watched();
  world[Symbol.dispose]();
  expect(world.clock.nextMs).toBeUndefined();
});
