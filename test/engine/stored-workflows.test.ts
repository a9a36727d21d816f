import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/base/json.ts";
import { isJsonArray, isJsonObject } from "../../src/base/json.ts";
import { approveExecution } from "../../src/contract/approve-execution.ts";
import { watchExecution } from "../../src/contract/watch-execution.ts";
import type { Owner } from "../../src/main/owner.ts";
import type { Identity } from "../../src/model/access.ts";
import { isTuttiError } from "../../src/model/errors.ts";
import type { Caller } from "../../src/operations/operation-context.ts";
import { openPlainOwner } from "../support/plain-owner.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const { signal } = new AbortController();

const GREET: JsonObject = {
  workflow_id: "greet",
  name: "Greet",
  pattern: "hello",
  inputs: { who: { type: "string" } },
  steps: [{ id: "say", value: "Hello ${{ inputs.who }}" }],
  output: "${{ steps.say.output }}",
};

const WAITS: JsonObject = { workflow_id: "waits", steps: [{ id: "sign_off", approval: { message: "Ship it?" } }] };

/** Asks over the wire, as every surface does. */
async function ask(owner: Owner, operation: string, document: JsonObject, caller: Caller = {}): Promise<JsonObject> {
  const answer = await owner.operations.for(caller).callByName(operation, document, { signal });
  return isJsonObject(answer) ? answer : {};
}

/** The code of a refusal with the places of its problems, or that there was none. */
async function refusal(answer: Promise<unknown>): Promise<readonly [string, ...string[]]> {
  try {
    await answer;
  } catch (error) {
    if (!isTuttiError(error)) throw error;
    const problems = isTuttiError(error, "definition.invalid") ? error.details.problems.map(({ place = "" }) => place) : [];
    return [error.code, ...problems];
  }
  return ["not refused"];
}

function idsIn(answer: JsonObject): readonly Json[] {
  const { workflows } = answer;
  return isJsonArray(workflows) ? workflows.map((workflow) => (isJsonObject(workflow) ? (workflow["workflow_id"] ?? null) : null)) : [];
}

/** Waits until it has ended or stands still. */
async function untilQuiet(owner: Owner, execution: JsonObject, caller: Caller = {}): Promise<JsonObject> {
  const executionId = idOf(execution);
  await owner.operations.for(caller).call(watchExecution, { executionId }, { signal });
  return await ask(owner, "get_workflow_status", { execution_id: executionId }, caller);
}

function idOf({ execution_id: id }: JsonObject): string {
  return typeof id === "string" ? id : "";
}

test("a workflow is stored as it was meant, whatever spelling it has, and comes back with who made it", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const step = { id: "b", value: 1, dependencies: ["a"], estimated_duration: 5, target_machines: null, parameters: undefined };
  const document = { ...GREET, description: "", output: null, steps: [{ id: "a", value: 0 }, JSON.parse(JSON.stringify(step)) as Json] };
  expect(await ask(owner, "create_workflow", document)).toEqual({
    status: "success",
    workflow_id: "greet",
    workflow_status: "active",
    version: 1,
  });
  const stored = await ask(owner, "get_workflow", { workflow_id: "greet" });
  expect(stored).toMatchObject({
    workflow_id: "greet",
    name: "Greet",
    pattern: "hello",
    status: "active",
    version: 1,
    created_by: "local",
  });
  expect(stored["steps"]).toEqual([
    { id: "a", value: 0 },
    { id: "b", needs: ["a"], value: 1, estimated_duration: "5m" },
  ]);
  expect(Object.keys(stored)).not.toContain("description");
});

test.each<readonly [string, JsonObject, readonly string[]]>([
  ["nothing at all", {}, ["definition.invalid", "", ""]],
  ["an id that is none", { workflow_id: "Not an id", steps: [] }, ["definition.invalid", "id"]],
  [
    "values that are not documented, each with its place",
    {
      workflow_id: "w",
      steps: [
        { id: "a", value: 1 },
        { id: "b", value: 1, type: "cooking" },
        { id: "c", value: 1, enforcement: "prayer", validation: "luck" },
      ],
    },
    ["definition.invalid", "steps[1].type", "steps[2].enforcement", "steps[2].validation"],
  ],
  ["keys that are not known", { workflow_id: "w", steps: [], stesp: [] }, ["definition.invalid", "stesp"]],
  [
    "a step that is not there",
    { workflow_id: "w", steps: [{ id: "a", value: 1, dependencies: ["x"] }] },
    ["definition.invalid", "steps[0].needs[0]"],
  ],
  [
    "steps of one name",
    {
      workflow_id: "w",
      steps: [
        { id: "a", value: 1 },
        { id: "a", value: 2 },
      ],
    },
    ["definition.invalid", "steps[1].id"],
  ],
  [
    "steps in a circle",
    {
      workflow_id: "w",
      steps: [
        { id: "a", value: 1, needs: ["b"] },
        { id: "b", value: 1, needs: ["a"] },
      ],
    },
    ["definition.invalid", "steps[0].needs[0]"],
  ],
  ["a workflow that runs itself", { workflow_id: "w", steps: [{ id: "a", workflow: "w" }] }, ["definition.invalid", "steps[0].workflow"]],
  [
    "expressions that cannot be read",
    { workflow_id: "w", steps: [{ id: "a", value: "${{ 1 + }}" }] },
    ["definition.invalid", "steps[0].value"],
  ],
])("%s is refused with all reasons at once, and nothing is stored", async (_, document, expected) => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  expect(await refusal(ask(owner, "create_workflow", document))).toEqual(expected);
  expect(idsIn(await ask(owner, "list_workflows", {}))).toEqual([]);
});

test("the least that is documented is enough", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const step = { id: "review", type: "validation", enforcement: "code-review", validation: "manual-review" };
  const result = await ask(owner, "create_workflow", { workflow_id: "least", pattern: "any", steps: [step] });
  expect(result).toMatchObject({ status: "success", workflow_status: "active" });
  expect((await ask(owner, "get_workflow", { workflow_id: "least" }))["steps"]).toEqual([step]);
});

test("an id that is taken is refused, without steps it is a draft, and a draft becomes a workflow by an update", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const draft = await ask(owner, "create_workflow", { workflow_id: "greet", steps: [] });
  expect(draft).toMatchObject({ status: "success", workflow_status: "draft", message: expect.stringContaining("draft") });
  expect(await refusal(ask(owner, "create_workflow", GREET))).toEqual(["workflow.exists"]);
  expect(await refusal(ask(owner, "execute_workflow", { workflow_id: "greet" }))).toEqual(["definition.invalid", "steps"]);
  expect(await ask(owner, "update_workflow", { ...GREET, expected_version: 1 })).toMatchObject({ workflow_status: "active", version: 2 });
  expect(await refusal(ask(owner, "update_workflow", { ...GREET, expected_version: 1 }))).toEqual(["workflow.changed"]);
  expect(await ask(owner, "update_workflow", GREET)).toMatchObject({ version: 2, message: expect.stringContaining("the same") });
  expect(await ask(owner, "get_workflow", { workflow_id: "greet", version: 1 })).toMatchObject({ version: 1, steps: [] });
  expect(await refusal(ask(owner, "get_workflow", { workflow_id: "greet", version: 3 }))).toEqual(["workflow.not-found"]);
  expect(await ask(owner, "list_workflow_versions", { workflow_id: "greet" })).toMatchObject({
    versions: [{ version: 2 }, { version: 1 }],
  });
});

test("what was got can be changed and sent back", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  await ask(owner, "create_workflow", { ...GREET, version: "1.2.0" });
  await ask(owner, "execute_workflow", { workflow_id: "greet", parameters: { who: "Ada" } });
  const got = await ask(owner, "get_workflow", { workflow_id: "greet" });
  expect(got).toMatchObject({ version: 1, version_label: "1.2.0", latest_execution: { outcome: "completed" } });
  expect(await ask(owner, "update_workflow", { ...got, name: "Greeting" })).toMatchObject({ version: 2 });
  const changed = await ask(owner, "get_workflow", { workflow_id: "greet" });
  expect(changed).toMatchObject({ name: "Greeting", steps: got["steps"], version_label: "1.2.0" });
});

test("a workflow is as its newest execution is, and says so in lists", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  await ask(owner, "create_workflow", GREET);
  await ask(owner, "create_workflow", WAITS);
  await ask(owner, "create_workflow", { workflow_id: "draft", steps: [] });
  expect(idsIn(await ask(owner, "list_workflows", { status_filter: "active" }))).toEqual(["greet", "waits"]);
  await untilQuiet(owner, await ask(owner, "execute_workflow", { workflow_id: "greet", parameters: { who: "Ada" } }));
  const waiting = await ask(owner, "execute_workflow", { workflow_id: "waits" });
  const status = await untilQuiet(owner, waiting);
  const listed = async (status: string): Promise<readonly Json[]> => idsIn(await ask(owner, "list_workflows", { status_filter: status }));
  expect([await listed("completed"), await listed("paused"), await listed("draft")]).toEqual([["greet"], ["waits"], ["draft"]]);
  expect(status).toMatchObject({ status: "paused", outcome: null, progress: 0, current_step: "sign_off", step_count: 1 });
  expect(status["waiting_for"]).toMatchObject([
    { step: "sign_off", kind: "approval", message: "Ship it?", answer: expect.stringContaining("approve_execution") },
  ]);
  await owner.operations.call(approveExecution, { executionId: idOf(waiting), approved: false }, { signal });
  expect(await untilQuiet(owner, waiting)).toMatchObject({ status: "failed", failed_steps: ["sign_off"], waiting_for: [] });
  expect(await listed("failed")).toEqual(["waits"]);
  // Whoever makes it anew begins anew.
  await ask(owner, "delete_workflow", { workflow_id: "waits" });
  expect(await untilQuiet(owner, waiting)).toMatchObject({ workflow_id: "waits" });
});

test("lists go on where they ended, also when a filter leaves most out", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const ids = Array.from({ length: 25 }, (_, number) => `w${String(number).padStart(2, "0")}`);
  for (const [place, workflow_id] of ids.entries()) {
    await ask(owner, "create_workflow", { workflow_id, pattern: place % 5 === 0 ? "fifth" : "other", expose: place % 2 === 0, steps: [] });
  }
  const pages = async (filter: JsonObject): Promise<readonly Json[]> => {
    const found: Json[] = [];
    for (let cursor: Json | undefined = ""; cursor !== undefined;) {
      const page: JsonObject = await ask(owner, "list_workflows", { ...filter, limit: 4, ...(cursor === "" ? {} : { cursor }) });
      found.push(...idsIn(page));
      cursor = page["next_cursor"];
    }
    return found;
  };
  expect(await pages({})).toEqual(ids);
  expect(await pages({ status_filter: "draft" })).toEqual(ids);
  expect(await pages({ pattern_filter: "fifth" })).toEqual(ids.filter((_, place) => place % 5 === 0));
  expect(await pages({ exposed_only: true, status_filter: "draft" })).toEqual(ids.filter((_, place) => place % 2 === 0));
  expect(await pages({ status_filter: "failed" })).toEqual([]);
});

test("a request with a key is carried out once, across restarts, deletions and changes", async () => {
  using directory = temporaryDirectory();
  const start = { workflow_id: "greet", parameters: { who: "Ada" }, request_key: "run" };
  let execution = "";
  {
    await using owner = await openPlainOwner(directory.path);
    await ask(owner, "create_workflow", { ...GREET, request_key: "make" });
    const first = await ask(owner, "execute_workflow", start);
    expect(first).toMatchObject({ created: true, parameters: { who: "Ada" } });
    execution = idOf(first);
    await untilQuiet(owner, first);
  }
  await using owner = await openPlainOwner(directory.path);
  expect(await ask(owner, "create_workflow", { ...GREET, request_key: "make" })).toMatchObject({ status: "success", version: 1 });
  await ask(owner, "create_workflow", WAITS);
  await ask(owner, "delete_workflow", { workflow_id: "greet", request_key: "drop" });
  expect(await ask(owner, "delete_workflow", { workflow_id: "greet", request_key: "drop" })).toMatchObject({ status: "success" });
  expect(await ask(owner, "create_workflow", { ...GREET, request_key: "make" })).toMatchObject({ version: 1 });
  expect(idsIn(await ask(owner, "list_workflows", {}))).toEqual(["waits"]);
  expect(await ask(owner, "execute_workflow", start)).toMatchObject({ execution_id: execution, created: false });
  // The same words for something else would hide that it was not done.
  expect(await refusal(ask(owner, "create_workflow", { ...WAITS, request_key: "make" }))).toEqual(["input.invalid"]);
  expect(await refusal(ask(owner, "execute_workflow", { workflow_id: "waits", request_key: "run" }))).toEqual(["input.invalid"]);
  for (const parameters of [{ who: "Bo" }, {}, { who: "Ada", when: "now" }]) {
    expect(await refusal(ask(owner, "execute_workflow", { ...start, parameters }))).toEqual(["input.invalid"]);
  }
});

test("an execution that waits for its turn is active, and counted among those that wait", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const concurrency = { group: "one", limit: 1, on_conflict: "queue" };
  await ask(owner, "create_workflow", { workflow_id: "turns", concurrency, steps: [{ id: "a", sleep: "1h" }] });
  for (const status of ["executing", "active"]) {
    expect(await ask(owner, "execute_workflow", { workflow_id: "turns" })).toMatchObject({ status });
  }
  expect(await ask(owner, "get_system_health", {})).toMatchObject({ executions: { active: 1, queued: 1 } });
});

test("workflows run those that are stored, and machines go to every step that calls a tool and names none", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const outer = {
    workflow_id: "outer",
    steps: [{ id: "inner", workflow: "greet", with: { who: "Bo" } }],
    output: "${{ steps.inner.output }}",
  };
  expect((await ask(owner, "create_workflow", outer))["warnings"]).toEqual([
    expect.stringContaining("steps[0].workflow: unknown workflow"),
  ]);
  expect(await refusal(ask(owner, "execute_workflow", { workflow_id: "outer" }))).toEqual(["definition.invalid", "steps[0].workflow"]);
  await ask(owner, "create_workflow", GREET);
  const started = await ask(owner, "execute_workflow", { workflow_id: "outer", target_machines: ["local"] });
  expect(await untilQuiet(owner, started)).toMatchObject({ output: "Hello Bo", progress: 100, steps: [{ id: "inner", machine: "local" }] });
});

test("machines that are not there are told of each step that would need them", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const own = { id: "own", tool: "x.y", target_machines: ["gpu-9"] };
  await ask(owner, "create_workflow", { workflow_id: "w", steps: [{ id: "a", tool: "x.y" }, { id: "b", value: 1 }, own] });
  const start = { workflow_id: "w", target_machines: ["gpu-1"] };
  const places = ["steps[0].tool", "steps[0].target_machines[0]", "steps[2].tool", "steps[2].target_machines[0]"];
  expect(await refusal(ask(owner, "execute_workflow", start))).toEqual(["definition.invalid", ...places]);
  const none = await refusal(ask(owner, "execute_workflow", { ...start, target_machines: [] }));
  expect(none).toEqual(["definition.invalid", ...places.filter((place) => place !== "steps[0].target_machines[0]")]);
});

function of(tenant: string): Caller {
  const identity: Identity = { tenant, userId: `${tenant}-user`, roles: [], permissions: [], authMethod: "jwt" };
  return { identity };
}

test("what one tenant has stored, executed and counted is not there for another", async () => {
  using directory = temporaryDirectory();
  await using owner = await openPlainOwner(directory.path);
  const [acme, globex] = [of("acme"), of("globex")];
  await ask(owner, "create_workflow", { ...GREET, request_key: "k" }, acme);
  const started = await ask(owner, "execute_workflow", { workflow_id: "greet", parameters: { who: "A" }, request_key: "k" }, acme);
  await untilQuiet(owner, started, acme);
  expect(idsIn(await ask(owner, "list_workflows", {}, globex))).toEqual([]);
  for (const operation of ["get_workflow", "execute_workflow", "delete_workflow", "list_workflow_versions", "export_workflow_data"]) {
    expect([operation, ...(await refusal(ask(owner, operation, { workflow_id: "greet" }, globex)))]).toEqual([
      operation,
      "workflow.not-found",
    ]);
  }
  expect(await refusal(ask(owner, "update_workflow", GREET, globex))).toEqual(["workflow.not-found"]);
  expect(await refusal(ask(owner, "get_workflow_status", { execution_id: idOf(started) }, globex))).toEqual(["execution.not-found"]);
  expect(await ask(owner, "get_workflow_metrics", {}, globex)).toMatchObject({ executions: 0, by_workflow: [], success_rate: null });
  // The same id and the same key are free for the other.
  await ask(owner, "create_workflow", { ...GREET, name: "Other", request_key: "k" }, globex);
  const own = await ask(owner, "get_workflow", { workflow_id: "greet" }, globex);
  expect(own).toMatchObject({ name: "Other", status: "active", created_by: "globex-user" });
  expect(await ask(owner, "get_workflow_metrics", {}, acme)).toMatchObject({
    executions: 1,
    completed: 1,
    failed: 0,
    running: 0,
    success_rate: 1,
    by_pattern: [{ pattern: "hello", executions: 1 }],
    by_workflow: [{ workflow_id: "greet", success_rate: 1 }],
    failures: [],
  });
});
