import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json.ts";
import type { OperationTable } from "../../src/main/operation-table.ts";
import type { AccessConfig } from "../../src/model/access.ts";
import { CATALOGUE } from "../../src/patterns/catalogue/catalogue.ts";
import { callDocument, openPatternOwner } from "../support/pattern-owner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Application {
  readonly application_id: string;
  readonly status: string;
  readonly workflow_id: string | null;
  readonly execution_id: string | null;
  readonly parameters: JsonObject;
  readonly results: { readonly outcome: string; readonly output: unknown; readonly error: string | null } | null;
  readonly validation_results: Validation | null;
  readonly next_steps: readonly string[];
}

interface Validation {
  readonly valid: boolean;
  readonly blocking_issues: readonly { readonly requirement_id: string; readonly message: string }[];
  readonly warnings: readonly { readonly requirement_id: string; readonly message: string }[];
}

const ENFORCEMENT = {
  pattern_name: "infrastructure-enforcement",
  target_component: "database-connections",
  parameters: { standards: ["good", "asked"], startup_check: "good", register_tool: "w.echo", register_with: { name: "db" } },
};

test("all patterns are listed with what they need, and one with the workflow that it makes", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const all = await callDocument<{ patterns: readonly JsonObject[] }>(owner.operations, "list_patterns", {});
  expect(all.patterns.map(({ name, origin }) => [name, origin])).toEqual(
    CATALOGUE.map(({ name }) => [name, "built-in"]).sort(([left = ""], [right = ""]) => (left < right ? -1 : 1)),
  );
  for (const pattern of all.patterns) {
    expect(pattern).toMatchObject({ requirements: expect.any(Array), parameters: { type: "object", additionalProperties: false } });
    expect(pattern).not.toHaveProperty("workflow");
  }
  const one = await callDocument<{ patterns: readonly JsonObject[] }>(owner.operations, "list_patterns", {
    pattern_name: "data-validation",
    brief: false,
  });
  expect(one.patterns).toMatchObject([{ name: "data-validation", workflow: { steps: expect.any(Array) } }]);
  const fitting = await callDocument<{ patterns: readonly JsonObject[] }>(owner.operations, "list_patterns", {
    component: "orders-certificates",
  });
  expect(fitting.patterns.map(({ name }) => name)).toEqual(["security-enforcement"]);
});

test("everything that blocks an application is told at once, it is recorded as rejected, and no workflow is made", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const wrong = {
    ...ENFORCEMENT,
    parameters: { standards: ["god", "bad"], startup_check: "start", register_tool: "w.ecko" },
  };
  const validation = await callDocument<Validation>(owner.operations, "validate_pattern_application", wrong);
  expect(validation.valid).toBe(false);
  expect(validation.blocking_issues.map(({ requirement_id: id, message }) => `${id}: ${message}`)).toEqual([
    'standards-registered: the standards of database-connections are checks that tutti.yaml registers: there is no check "god" - did you mean "good"?',
    expect.stringMatching(/^startup-check-registered: .*there is no check "start" - /),
    'registry: the registry can be asked, and takes what it would be told: unknown tool "w.ecko" - did you mean "w.echo"?',
    expect.stringMatching(/^workflow: the workflow can be planned: .*unknown tool "w.ecko"/),
  ]);
  expect(validation.warnings).toMatchObject([
    { requirement_id: "standards-hold", message: expect.stringMatching(/"bad": exit code 1 .* two are wrong/) },
  ]);
  const applied = await callDocument<Application>(owner.operations, "apply_pattern", { ...wrong, execute: true });
  expect(applied).toMatchObject({ status: "rejected", workflow_id: null, execution_id: null, validation_results: { valid: false } });
  const { workflows } = await callDocument<{ workflows: readonly unknown[] }>(owner.operations, "list_workflows", {});
  expect(workflows).toEqual([]);
});

test("parameters that do not fit are told as such, and nothing else is looked at", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const { blocking_issues: issues } = await callDocument<Validation>(owner.operations, "validate_pattern_application", {
    ...ENFORCEMENT,
    parameters: { standards: [], startup_chek: "good" },
  });
  expect(issues).toMatchObject([
    {
      requirement_id: "parameters",
      message: expect.stringMatching(
        /unknown parameter "startup_chek" - did you mean "startup_check"\?.*must have at least 1 entries.*missing required parameter "register_tool"/,
      ),
    },
  ]);
  const refused = callDocument(owner.operations, "validate_pattern_application", { ...ENFORCEMENT, pattern_name: "infrastructure" });
  await expect(refused).rejects.toMatchObject({ code: "pattern.not-found" });
});

test("an application waits until its workflow is executed, by whomever, and a restart forgets nothing of it", async () => {
  using directory = temporaryDirectory();
  let made: Application;
  {
    await using owner = await openPatternOwner(directory.path);
    made = await callDocument<Application>(owner.operations, "apply_pattern", ENFORCEMENT);
    expect(made).toMatchObject({ status: "pending", execution_id: null, validation_results: { valid: true } });
    expect(made.parameters).toMatchObject({ review: false, monitor_every: "5m" });
    const workflow = await callDocument<JsonObject>(owner.operations, "get_workflow", { workflow_id: made.workflow_id });
    expect(workflow).toMatchObject({
      pattern: "infrastructure-enforcement",
      metadata: { pattern: { name: "infrastructure-enforcement", component: "database-connections", application: made.application_id } },
    });
  }
  {
    await using owner = await openPatternOwner(directory.path);
    await callDocument(owner.operations, "execute_workflow", { workflow_id: made.workflow_id });
    const done = await settled(owner.operations, made.application_id);
    expect(done).toMatchObject({
      status: "applied",
      results: { outcome: "completed", output: { component: "database-connections", registered: { name: "db" } }, error: null },
      next_steps: [expect.stringContaining("run the check good"), expect.any(String), expect.any(String)],
    });
  }
  await using owner = await openPatternOwner(directory.path);
  const kept = await callDocument<Application>(owner.operations, "get_pattern_application", { application_id: made.application_id });
  expect(kept).toMatchObject({ status: "applied", workflow_id: made.workflow_id, results: { outcome: "completed" } });
  const { applications } = await callDocument<{ applications: readonly Application[] }>(owner.operations, "list_pattern_applications", {
    pattern_name: "infrastructure-enforcement",
  });
  expect(applications).toMatchObject([{ application_id: made.application_id, status: "applied" }]);
});

test("a request that is sent again, also across a restart, applies the pattern once; for something else its key is refused", async () => {
  using directory = temporaryDirectory();
  const request = { ...ENFORCEMENT, execute: true, request_key: "monday" };
  const ids: unknown[] = [];
  for (let life = 0; life < 2; life += 1) {
    await using owner = await openPatternOwner(directory.path);
    const both = await Promise.all([1, 2].map(async () => await callDocument<Application>(owner.operations, "apply_pattern", request)));
    for (const { application_id: id, workflow_id: workflow, execution_id: execution } of both) ids.push(`${id} ${workflow} ${execution}`);
    await settled(owner.operations, both[0]?.application_id ?? "");
  }
  expect(new Set(ids).size).toBe(1);
  await using owner = await openPatternOwner(directory.path);
  const { applications } = await callDocument<{ applications: readonly unknown[] }>(owner.operations, "list_pattern_applications", {});
  expect(applications).toHaveLength(1);
  const other = callDocument(owner.operations, "apply_pattern", { ...request, target_component: "network-security" });
  await expect(other).rejects.toMatchObject({ code: "input.invalid", message: expect.stringContaining("used for another application") });
});

test("what a crash has left between storing the workflow and recording the application is gone on with", async () => {
  using before = temporaryDirectory();
  using after = temporaryDirectory();
  const request = { ...ENFORCEMENT, request_key: "monday" };
  await using first = await openPatternOwner(before.path);
  const made = await callDocument<Application>(first.operations, "apply_pattern", request);
  const { workflow_id: id, steps } = await callDocument<JsonObject>(first.operations, "get_workflow", { workflow_id: made.workflow_id });
  await using second = await openPatternOwner(after.path);
  await callDocument(second.operations, "create_workflow", { workflow_id: id, steps });
  expect(await callDocument<Application>(second.operations, "apply_pattern", request)).toMatchObject({
    application_id: made.application_id,
    status: "pending",
    workflow_id: id,
  });
});

test("a standard that does not hold keeps the component from being registered, and the application has failed", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const parameters = { ...ENFORCEMENT.parameters, standards: ["good", "bad"], enforce_tool: "w.echo", undo_tool: "w.meta" };
  const { application_id: id } = await callDocument<Application>(owner.operations, "apply_pattern", {
    ...ENFORCEMENT,
    parameters,
    execute: true,
  });
  expect(await settled(owner.operations, id)).toMatchObject({
    status: "failed",
    results: {
      outcome: expect.stringMatching(/^(failed|validation_failed)/),
      error: expect.stringContaining('the check "bad" did not pass'),
    },
  });
});

test("rows that break a rule are put aside, the others go on, and too many wrong ones stop everything", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const rows = [
    { id: 1, mail: "a@b.c", age: 30 },
    { id: 2, mail: "nobody", age: 30 },
    { id: 3, mail: "d@e.f", age: 300 },
    { id: 3, mail: null, age: 9 },
  ];
  const apply = async (share: number, unique: string): Promise<Application> => {
    const { application_id: id } = await callDocument<Application>(owner.operations, "apply_pattern", {
      pattern_name: "data-validation",
      target_component: "customers",
      execute: true,
      parameters: {
        read_tool: "w.echo",
        read_with: { rows },
        required: ["id"],
        ranges: [{ field: "age", min: 0, max: 150 }],
        patterns: [{ field: "mail", pattern: "^[^@]+@[^@]+$" }],
        unique,
        max_invalid_share: share,
        quarantine_tool: "w.echo",
        publish_tool: "w.echo",
      },
    });
    return await settled(owner.operations, id);
  };
  expect(await apply(0.5, "")).toMatchObject({ status: "applied", results: { output: { rows: 4, wrong: 2 } } });
  expect(await apply(0.4, "")).toMatchObject({ status: "failed", results: { error: expect.stringContaining("2 of 4 rows break a rule") } });
  expect(await apply(1, "id")).toMatchObject({
    status: "failed",
    results: { error: expect.stringContaining("1 have a key that another one has") },
  });
});

test("a figure beyond its limit is recorded and told before the application fails", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPatternOwner(directory.path);
  const apply = async (limit: number): Promise<Application & { readonly execution_id: string }> => {
    const { application_id: id } = await callDocument<Application>(owner.operations, "apply_pattern", {
      pattern_name: "performance-monitoring",
      target_component: "api",
      execute: true,
      parameters: {
        measure_tool: "w.echo",
        measure_with: { duration_ms: 120 },
        median_limit: limit,
        worst_limit: limit,
        record_tool: "w.echo",
        alert_tool: "w.echo",
      },
    });
    return (await settled(owner.operations, id)) as Application & { readonly execution_id: string };
  };
  expect(await apply(200)).toMatchObject({ status: "applied", results: { output: { median: 120, worst: 120, within: true } } });
  const broken = await apply(100);
  expect(broken).toMatchObject({ status: "failed", results: { error: expect.stringContaining("median 120 (limit 100)") } });
  const status = await callDocument<JsonObject>(owner.operations, "get_workflow_status", { execution_id: broken.execution_id });
  expect(status["completed_steps"]).toEqual(expect.arrayContaining(["record", "alert"]));
});

test("what one tenant has applied is not there for another, who may use the same request key", async () => {
  using directory = temporaryDirectory();
  const access: AccessConfig = {
    identity: { issuer: "i", audience: "a", keys: { kind: "file", file: "/jwks.json" } },
    roles: {},
    tenants: {},
    everyone: ["tutti:read", "tutti:write"],
  };
  await using owner = await openPatternOwner(directory.path, { access });
  const as = (tenant: string, ...permissions: readonly string[]): OperationTable =>
    owner.operations.for({ identity: { tenant, userId: `u-${tenant}`, roles: [], permissions, authMethod: "jwt" } });
  const [acme, globex] = [as("acme"), as("globex")];
  const request = { ...ENFORCEMENT, request_key: "monday" };
  const first = await callDocument<Application>(acme, "apply_pattern", request);
  const second = await callDocument<Application>(globex, "apply_pattern", request);
  expect(first).toMatchObject({ status: "pending", applied_by: "u-acme" });
  expect(second.application_id).not.toBe(first.application_id);
  const listed = async (operations: OperationTable): Promise<readonly string[]> => {
    const page = await callDocument<{ applications: readonly Application[] }>(operations, "list_pattern_applications", {});
    return page.applications.map(({ application_id: id }) => id);
  };
  expect(await listed(acme)).toEqual([first.application_id]);
  expect(await listed(globex)).toEqual([second.application_id]);
  for (const id of [first.application_id, "0193f2c7"]) {
    const foreign = callDocument(globex, "get_pattern_application", { application_id: id });
    await expect(foreign).rejects.toMatchObject({
      code: "application.not-found",
      message: `no application of a pattern has the id "${id}"`,
    });
  }
  const cursor = callDocument(globex, "list_pattern_applications", { cursor: first.application_id });
  await expect(cursor).rejects.toMatchObject({ code: "input.invalid" });
  const execute = callDocument(acme, "apply_pattern", { ...ENFORCEMENT, execute: true });
  await expect(execute).rejects.toMatchObject({ code: "access.denied" });
  const runner = await callDocument<Application>(as("acme", "tutti:run"), "apply_pattern", { ...request, execute: true });
  expect(runner).toMatchObject({ application_id: first.application_id, status: expect.stringMatching(/^appl(ying|ied)$/) });
});

/** How an application is when its execution has ended. */
async function settled(operations: OperationTable, id: string): Promise<Application> {
  for (let look = 0; look < 1_000; look += 1) {
    const application = await callDocument<Application>(operations, "get_pattern_application", { application_id: id });
    if (application.status === "applied" || application.status === "failed") return application;
    await pause(20);
  }
  throw new Error(`the application ${id} has not come to an end`);
}
