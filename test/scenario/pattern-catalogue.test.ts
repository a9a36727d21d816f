import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { OperationTable } from "../../src/main/operation-table.ts";
import { callDocument, openPatternOwner } from "../support/pattern-owner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Application {
  readonly application_id: string;
  readonly status: string;
  readonly execution_id: string;
  readonly results: { readonly outcome: string; readonly output: unknown } | null;
  readonly validation_results: { readonly blocking_issues: readonly unknown[] };
}

test("rules come to every machine, which the registry knows, and analytics are told", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const applied = await apply(owner.operations, "distributed-system-coordination", {
    machines: ["local"],
    registry_tool: "w.echo",
    enforce_tool: "w.echo",
    enforce_with: { rule: "ports" },
    consistency_check: "good",
    analytics_tool: "w.echo",
  });
  const ended = await until(owner.operations, applied, ["applied", "failed"]);
  expect(ended).toMatchObject({ status: "applied", results: { output: { component: "cluster", machines: ["local"] } } });
  const status = await callDocument<JsonObject>(owner.operations, "get_workflow_status", { execution_id: ended.execution_id });
  expect(status).toMatchObject({ completed_steps: ["join-1", "enforce-1", "consistent", "analytics"], target_machines: ["local"] });
  const strangers = await apply(owner.operations, "distributed-system-coordination", {
    machines: ["local", "gpu-7"],
    registry_tool: "w.echo",
    enforce_tool: "w.echo",
    consistency_check: "good",
  });
  expect(strangers).toMatchObject({ status: "rejected" });
  expect(strangers.validation_results.blocking_issues).toContainEqual({
    requirement_id: "machines-online",
    message: 'every machine is there: no machine has the name "gpu-7"',
  });
});

test.each([
  { what: "is made once, when somebody has agreed", approved: true, policies: ["good"], outcome: "completed", status: "applied" },
  { what: "is not made when nobody agrees", approved: false, policies: ["good"], outcome: "failed", status: "failed" },
  {
    what: "is taken back when a policy does not pass",
    approved: true,
    policies: ["bad"],
    outcome: "failed_with_rollback",
    status: "failed",
  },
])("a change that has to do with security $what, and what was done is recorded", async ({ approved, policies, outcome, status }) => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const applied = await apply(owner.operations, "security-enforcement", {
    preconditions: ["asked"],
    policies,
    change_tool: "w.echo",
    change_with: { secret: "new" },
    undo_tool: "w.echo",
    undo_with: { secret: "old" },
    evidence_tool: "w.echo",
  });
  for (let look = 0; look < 500; look += 1) {
    const { waiting_for: waits } = await callDocument<{ waiting_for: readonly unknown[] }>(owner.operations, "get_workflow_status", {
      execution_id: applied.execution_id,
    });
    if (waits.length > 0) break;
    await pause(20);
  }
  await callDocument(owner.operations, "approve_execution", { execution_id: applied.execution_id, step: "agreement", approved });
  expect(await until(owner.operations, applied, ["applied", "failed"])).toMatchObject({ status, results: { outcome } });
  const events = await callDocument<{ events: readonly JsonObject[] }>(owner.operations, "list_events", {
    execution_id: applied.execution_id,
  });
  expect(JSON.stringify(events)).toContain(`"outcome":"${outcome}"`);
});

async function apply(operations: OperationTable, patternName: string, parameters: JsonObject): Promise<Application> {
  const request = { pattern_name: patternName, target_component: "cluster", parameters, execute: true };
  return await callDocument<Application>(operations, "apply_pattern", request);
}

async function until(operations: OperationTable, { application_id: id }: Application, statuses: readonly string[]): Promise<Application> {
  for (let look = 0; look < 500; look += 1) {
    const application = await callDocument<Application>(operations, "get_pattern_application", { application_id: id });
    if (statuses.includes(application.status)) return application;
    await pause(20);
  }
  throw new Error(`the application ${id} is not ${statuses.join(" or ")}`);
}
