import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/open-cluster.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { openTestCluster, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import { joinRaw, type RawListener } from "../../support/raw-listener.ts";

const NEVER = new AbortController().signal;

function tell(cluster: Cluster, executionId: string, status: string): void {
  cluster.broadcastStatus({ workflowId: "order", executionId, status, atMs: Date.now() });
}

function statusOf(document: Record<string, unknown>): string {
  return String(document["status"]);
}

test("whoever listens is told of each change, in flat fields and in the documented frame", async () => {
  await using cluster = await openTestCluster();
  await using ear = await joinRaw(cluster.url);
  await using other = await joinRaw(cluster.url, { name: "other", role: "coordinator" });
  cluster.broadcastStatus({ workflowId: "order", executionId: "e1", status: "executing", atMs: 0 });
  for (const listener of [ear, other]) {
    expect(await listener.until((document) => document["type"] === "workflow_status_update")).toEqual({
      message_id: expect.any(String),
      message_type: "workflow_status_update",
      source_machine: "local",
      target_machines: null,
      timestamp: "1970-01-01T00:00:00.000Z",
      payload: { workflow_id: "order", execution_id: "e1", status: "executing" },
      correlation_id: null,
      type: "workflow_status_update",
      workflow_id: "order",
      status: "executing",
      source: "caelum-workflow-orchestration",
    });
  }
});

test("a listener is told when a machine comes and goes", async () => {
  await using cluster = await openTestCluster();
  await using ear = await joinRaw(cluster.url);
  const running = startAgent(cluster.url, { carryOut: async () => ({ kind: "succeeded", output: 1 }) });
  await untilMachine(cluster, "gpu-1", "online");
  await running.leave();
  await ear.until((document) => JSON.stringify(document["payload"]) === '{"machine_id":"gpu-1","status":"offline"}');
  const told = ear.heard.map((document) => JSON.stringify(document["payload"]));
  expect(told).toContain('{"machine_id":"gpu-1","status":"online"}');
});

test(
  "a listener that reads nothing at all costs nobody anything, and is let go when it is too far behind",
  { timeout: 60_000 },
  async () => {
    await using cluster = await openTestCluster();
    await using slow = await joinRaw(cluster.url, { name: "slow" });
    await using quick = await joinRaw(cluster.url, { name: "quick" });
    slow.socket.pause();
    const tookMs: number[] = [];
    const ids = 40_000;
    for (let number = 0; number < ids; number += 1) {
      const startedMs = performance.now();
      tell(cluster, `execution-${number}`, "executing");
      tookMs.push(performance.now() - startedMs);
      if (number % 200 === 0) await pause(1);
    }
    await quick.until((document) => executionOf(document) === `execution-${ids - 1}`);
    expect(quick.heard.filter((document) => document["type"] === "workflow_status_update").length).toBe(ids);
    // One in a hundred may meet the collector of garbage.
    expect(tookMs.sort((left, right) => left - right)[Math.floor(ids * 0.99)]).toBeLessThan(5);
    slow.socket.resume();
    await slow.closed;
    expect(slow.heard.length).toBeLessThan(ids);
  },
);

test(
  "a listener that falls behind hears the latest of each execution, and of none an earlier one after a later one",
  { timeout: 60_000 },
  async () => {
    await using cluster = await openTestCluster();
    await using slow = await joinRaw(cluster.url, { name: "slow" });
    slow.socket.pause();
    const executions = 400;
    const rounds = 100;
    for (let round = 0; round < rounds; round += 1) {
      for (let number = 0; number < executions; number += 1) tell(cluster, `e${number}`, `round-${round}`);
      await pause(1);
    }
    slow.socket.resume();
    for (let number = 0; number < executions; number += 1) {
      await slow.until((document) => executionOf(document) === `e${number}` && statusOf(document) === `round-${rounds - 1}`);
    }
    const last = new Map<string, number>();
    for (const document of slow.heard) {
      const round = Number(statusOf(document).slice("round-".length));
      expect(round).toBeGreaterThan(last.get(executionOf(document)) ?? -1);
      last.set(executionOf(document), round);
    }
    expect(slow.heard.length).toBeLessThan(executions * rounds);
  },
);

test("a thousand listeners hear of everything, while machines are called", { timeout: 120_000 }, async () => {
  await using cluster = await openTestCluster();
  await using stack = new AsyncDisposableStack();
  const listeners: RawListener[] = [];
  for (let batch = 0; batch < 20; batch += 1) {
    const joining = Array.from({ length: 50 }, async (_, number) =>
      stack.use(await joinRaw(cluster.url, { name: `ear-${batch}-${number}` })),
    );
    listeners.push(...(await Promise.all(joining)));
  }
  stack.use(
    startAgent(cluster.url, { carryOut: async (task, gate) => (await gate.sending(), { kind: "succeeded", output: task.arguments }) }),
  );
  await untilMachine(cluster, "gpu-1", "online");
  const startedMs = performance.now();
  for (const status of ["executing", "paused", "executing", "completed"]) {
    tell(cluster, "e1", status);
    await cluster.machines.call("gpu-1", wireCall(), UNWATCHED, NEVER);
  }
  const callsMs = performance.now() - startedMs;
  await Promise.all(listeners.map(async (listener) => await listener.until((document) => statusOf(document) === "completed")));
  expect(callsMs).toBeLessThan(2_000);
  for (const { heard } of listeners) {
    const statuses = heard.filter(({ type }) => type === "workflow_status_update").map(statusOf);
    expect(statuses).toEqual(["executing", "paused", "executing", "completed"]);
  }
});

function executionOf(document: Record<string, unknown>): string {
  return (document["payload"] as { readonly execution_id: string }).execution_id;
}
