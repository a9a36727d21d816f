import { expect, test } from "vitest";
import { machine } from "../../test/support/fake-machines.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { SystemHealthStatus } from "../contract/get-system-health.ts";
import type { Alert } from "../model/alert.ts";
import { TuttiError } from "../model/errors.ts";
import type { HealthState } from "../model/health.ts";
import type { Machine } from "../model/machine.ts";
import type { ListQuery } from "../ports/journal.ts";
import { getSystemHealth } from "./get-system-health.ts";
import type { SystemHealthPorts } from "./get-system-health.ts";

const clock = new ManualClock();
const HERE = machine("local");
const late: Alert = { alert: "workflow_running_long", subject: "0193f2c7", value: 9, threshold: 5, lastedMs: 1 };
const slow: Alert = { alert: "high_latency", subject: "files", server: "files", value: 9, threshold: 5, lastedMs: 1 };

function portsOf(
  more: Partial<SystemHealthPorts> & { readonly states?: () => Iterable<{ server: string; state: HealthState }> } = {},
): SystemHealthPorts {
  return {
    clock,
    startedMs: clock.monotonicMs() - 5_500,
    journal: { list: async () => ({ executions: [] }) },
    waits: () => false,
    machines: { list: () => [HERE] },
    states: () => [],
    firing: () => [],
    ...more,
  };
}

const states = (...all: readonly (readonly [string, HealthState])[]) => ({
  states: () => all.map(([server, state]) => ({ server, state })),
});
const machines = (...all: readonly Machine[]) => ({ machines: { list: () => [HERE, ...all] } });
const heard = clock.nowMs() - 60_000;
const unusable = {
  journal: { list: () => Promise.reject(new TuttiError("journal.unusable", "the disk is gone", { path: "p", reason: "io" })) },
};

test.each<[string, Partial<SystemHealthPorts>, SystemHealthStatus["status"], readonly string[]]>([
  ["nothing that was used fails", states(["files", "healthy"], ["mail", "unknown"]), "healthy", []],
  ["a server with a replica that answers is used on", states(["files", "unreachable"], ["files", "degraded"]), "degraded", ["files"]],
  ["one of two servers cannot be reached", states(["files", "healthy"], ["mail", "unreachable"]), "degraded", ["mail"]],
  ["no server that was used answers", states(["files", "unreachable"], ["mail", "unknown"]), "unhealthy", ["files"]],
  ["the journal cannot be used", unusable, "unhealthy", ["journal"]],
  ["a machine was lost", machines(machine("gpu-1", { status: "offline", lastHeartbeatAtMs: heard })), "degraded", ["gpu-1"]],
  ["a machine has been gone for long", machines(machine("old", { status: "offline" })), "healthy", []],
  ["a machine is busy", machines(machine("gpu-1", { status: "busy", lastHeartbeatAtMs: heard })), "healthy", []],
  ["alerts are firing", { firing: () => [late, slow] }, "degraded", ["0193f2c7", "files"]],
])("when %s", async (_, more, status, issues) => {
  const health = await getSystemHealth(portsOf(more), { caller: {} });
  expect({ status: health.status, issues: health.issues.map(({ component }) => component) }).toEqual({ status, issues });
});

test("it counts what runs and what waits, of all pages, and the machines", async () => {
  const asked: ListQuery[] = [];
  const summary = (executionId: string) => ({ executionId, workflowId: "w", status: "executing" as const, startedAtMs: 0, updatedAtMs: 0 });
  const list = async (query: ListQuery) => {
    asked.push(query);
    if (query.cursor !== undefined) return { executions: [summary("c"), summary("waits")] };
    return { executions: [summary("a"), summary("b")], nextCursor: "more" };
  };
  const waits = (executionId: string) => executionId === "waits";
  const caller = { identity: { tenant: "acme", roles: [], permissions: [], authMethod: "jwt" as const } };
  const others = machines(machine("a"), machine("b", { status: "offline" }));
  const health = await getSystemHealth(portsOf({ journal: { list }, waits, ...others, firing: () => [late] }), { caller });
  expect(health).toMatchObject({ uptime: 5, executions: { active: 3, queued: 1 }, machines: { online: 2, offline: 1 } });
  expect(asked.every(({ tenant }) => tenant === "acme")).toBe(true);
  // What other tenants execute is not told.
  expect(health.issues).toEqual([]);
});
