import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { inRepository } from "../../test/support/built-command.ts";
import { hold, type HeldServer } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import type { ExecutionAnswer } from "./execution-answer.ts";
import { openWorkflow } from "./open-workflow.ts";

const GREET = {
  id: "greet",
  inputs: { who: { type: "string" } },
  steps: [
    { id: "hello", value: "Hello ${{ inputs.who }}" },
    { id: "loud", value: "${{ steps.hello.output.upperAscii() }}" },
  ],
  output: "${{ steps.loud.output }}",
};
const WAIT = { id: "wait", steps: [{ id: "long", sleep: "1h" }] };
const ASK = { id: "ask", steps: [{ id: "sign", approval: { message: "May I?" } }], output: "${{ steps.sign.output.by }}" };
const PARENT = { id: "parent", steps: [{ id: "child", workflow: "greet", with: { who: "child" } }], output: "${{ steps.child.output }}" };
const FAR = { id: "far", steps: [{ id: "call", tool: "nowhere.do_it" }] };
const BROKEN = { id: "broken", steps: [{ id: "x", value: "${{ 1 + }}" }] };

interface World {
  readonly path: string;
  readonly more?: Record<string, string>;
}

async function opened({ path, more = {} }: World): Promise<HeldServer> {
  const folder = join(path, "workflows");
  mkdirSync(folder, { recursive: true });
  for (const workflow of [GREET, WAIT, ASK, PARENT, FAR, BROKEN])
    writeFileSync(join(folder, `${workflow.id}.json`), JSON.stringify(workflow));
  return await hold(openWorkflow({ STATE_DIR: join(path, "state"), WORKFLOWS_DIR: folder, WORKFLOW_EXTENSIONS: "true", ...more }));
}

function withAnalytics(path: string): Record<string, string> {
  const file = join(path, "servers.yaml");
  const env = { STATE_DIR: join(path, "analytics") };
  const analytics = { command: process.execPath, args: [inRepository("servers/analytics/start.ts")], idempotency_keys: true, env };
  writeFileSync(file, JSON.stringify({ servers: { analytics } }));
  return { SERVERS_CONFIG: file };
}

const wait_ms = 60_000;

test("an execution gives its output, and tells of every step", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const answer = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "greet", inputs: { who: "Ada" }, wait_ms });
  expect(answer).toMatchObject({
    workflow_id: "greet",
    status: "completed",
    outcome: "completed",
    progress_percentage: 100,
    output: "HELLO ADA",
  });
  expect(Object.keys(answer.task_states)).toEqual(["hello", "loud"]);
  expect(answer.task_states["loud"]).toMatchObject({ status: "completed", completed_at: expect.any(String) as string });
  expect(await server.call("get_workflow_status", { execution_id: answer.execution_id })).toEqual(answer);
});

test("what is wrong with inputs or a workflow is told, and nothing is started", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  expect(await server.refusal("execute_workflow", { workflow_id: "greet" })).toContain("who");
  expect(await server.refusal("execute_workflow", { workflow_id: "greet", inputs: { who: 1 } })).toContain("who");
  expect(await server.refusal("execute_workflow", { workflow_id: "nothing" })).toContain('there is no workflow "nothing"');
  expect(await server.refusal("execute_workflow", { workflow_id: "far" })).toContain("nowhere");
  expect(await server.refusal("execute_workflow", { workflow_id: "broken" })).toContain('the file of the workflow "broken" of this server');
  expect(await server.call("monitor_workflow")).toMatchObject({ executions: [] });
});

test("the same idempotency key is the same execution, and calls without one are several", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const asked = { workflow_id: "greet", inputs: { who: "Ada" } };
  const [one, same, other] = [
    await server.call("execute_workflow", asked, { key: "k" }),
    await server.call("execute_workflow", asked, { key: "k" }),
    await server.call("execute_workflow", asked),
  ];
  expect(same["execution_id"]).toBe(one["execution_id"]);
  expect(other["execution_id"]).not.toBe(one["execution_id"]);
  expect(await server.refusal("execute_workflow", { ...asked, inputs: { who: "Bob" } }, { key: "k" })).toContain("other arguments");
});

test("a tenant sees neither executions, nor workflows, nor schedules of another one", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const other = { tenant: "globex" };
  await server.call("create_workflow", { definition: { ...GREET, id: "mine" } });
  const { execution_id } = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "mine", inputs: { who: "Ada" }, wait_ms });
  const { schedules } = await server.call<{ schedules: { schedule_id: string }[] }>("schedule_workflow", {
    workflow_id: "mine",
    inputs: { who: "x" },
    cron: "0 7 * * *",
  });
  for (const [tool, parameters] of [
    ["get_workflow_status", { execution_id }],
    ["get_workflow_status", { execution_id, wait_ms: 1_000 }],
    ["cancel_workflow", { execution_id }],
    ["monitor_workflow", { execution_id }],
    ["answer_workflow", { execution_id, task: "hello", answer: "approve", by: "eve" }],
    ["get_workflow_definition", { workflow_id: "mine" }],
    ["execute_workflow", { workflow_id: "mine", inputs: { who: "Eve" } }],
    ["orchestrate_workflow", { stages: [{ id: "a", workflow_id: "mine", inputs: { who: "Eve" } }] }],
    ["schedule_workflow", { action: "remove", schedule_id: schedules[0]?.schedule_id ?? "" }],
    ["schedule_workflow", { workflow_id: "mine", cron: "0 7 * * *" }],
  ] as const) {
    expect(`${tool}: ${await server.refusal(tool, parameters, other)}`).toMatch(/there is no|no execution has|mine|no such/);
  }
  const { workflows } = await server.call<{ workflows: { workflow_id: string }[] }>("list_available_workflows", {}, other);
  expect(workflows.map(({ workflow_id }) => workflow_id)).not.toContain("mine");
  expect(await server.call("monitor_workflow", {}, other)).toMatchObject({ executions: [], metrics: { executions: 0 } });
  // The same id is theirs to use.
  await server.call("create_workflow", { definition: { ...GREET, id: "mine" } }, other);
});

test("a workflow is stored from YAML or an object, changed on request, and wrong ones are refused with every place", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const text = 'id: mine\nsteps:\n  - { id: a, value: 1 }\noutput: "${{ steps.a.output }}"\n';
  expect(await server.call("create_workflow", { definition: text })).toMatchObject({
    workflow_id: "mine",
    workflow_status: "active",
    version: 1,
  });
  expect(await server.refusal("create_workflow", { definition: text })).toMatch(/"mine".*replace: true/);
  const timed = { ...GREET, id: "timed", on: { schedule: "0 7 * * *" } };
  expect(await server.call("create_workflow", { definition: timed })).toMatchObject({
    warnings: [expect.stringContaining("schedule_workflow") as string],
  });
  const changed = { id: "mine", steps: [{ id: "a", value: 2 }], output: "${{ steps.a.output }}" };
  expect(await server.call("create_workflow", { definition: changed, replace: true })).toMatchObject({ version: 2 });
  expect(await server.call("execute_workflow", { workflow_id: "mine", wait_ms })).toMatchObject({ output: 2 });
  expect(await server.call("create_workflow", { definition: { ...changed, id: "new" }, replace: true })).toMatchObject({ version: 1 });
  expect(await server.refusal("create_workflow", { definition: { ...GREET, name: "stolen" } })).toContain(
    'the id "greet" is that of a workflow of this server',
  );
  const wrong = await server.refusal("create_workflow", {
    definition: {
      id: "w",
      steps: [
        { id: "a", value: "${{ steps.b.output }}" },
        { id: "a", sleep: "soon" },
      ],
      colour: "red",
    },
  });
  for (const place of ["steps[0]", "steps[1]", "colour"]) expect(wrong).toContain(place);
  expect(await server.refusal("create_workflow", { definition: "id: w\nsteps: [{ id: a, tool: x }]\n" })).toContain("2:");
});

test("an execution is cancelled once, and stays cancelled", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const { execution_id } = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "wait" });
  expect(await server.call("get_workflow_status", { execution_id, wait_ms: 1 })).toMatchObject({ status: "running", completed_at: null });
  expect(await server.call("cancel_workflow", { execution_id, wait_ms })).toMatchObject({ status: "cancelled", outcome: "cancelled" });
  expect(await server.call("cancel_workflow", { execution_id })).toMatchObject({ status: "cancelled" });
});

test("whoever stops waiting stops only the waiting", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const stop = new AbortController();
  const { execution_id } = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "wait" });
  const waiting = server
    .call("get_workflow_status", { execution_id, wait_ms }, { signal: stop.signal })
    .catch((error: unknown) => String(error));
  stop.abort();
  expect(await waiting).toContain("rror");
  expect(await server.call("get_workflow_status", { execution_id })).toMatchObject({ status: "running" });
});

test("a list of workflows says which of them cannot run here, and why", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const { workflows } = await server.call<{ workflows: { workflow_id: string; runnable: boolean; problems: string[]; tasks: number }[] }>(
    "list_available_workflows",
  );
  const by = new Map(workflows.map((workflow) => [workflow.workflow_id, workflow]));
  expect(by.get("greet")).toMatchObject({ runnable: true, problems: [], tasks: 2 });
  expect(by.get("far")).toMatchObject({ runnable: false, problems: ['the server "nowhere" is not configured (SERVERS_CONFIG)'] });
  expect(by.get("broken")?.problems.join()).toContain("broken.json:1:");
});

test("a definition shows its tasks and what waits for what, also where only an expression says so", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const shown = await server.call<{ definition: string }>("get_workflow_definition", { workflow_id: "greet" });
  expect(shown).toMatchObject({ dependencies: { hello: [], loud: ["hello"] }, source: "library", inputs: { who: { type: "string" } } });
  const copy = shown.definition.replace("id: greet", "id: copy");
  expect(await server.call("create_workflow", { definition: copy })).toMatchObject({ workflow_id: "copy" });
});

test("the samples of this server are all in order, and those of the requirements are there", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openWorkflow({ STATE_DIR: folder.path }));
  const { workflows } = await server.call<{ workflows: { workflow_id: string; servers: string[]; problems: string[] }[] }>(
    "list_available_workflows",
  );
  expect(workflows.map(({ workflow_id }) => workflow_id)).toEqual([
    "analytics-report",
    "api-integration",
    "content-generation",
    "data-etl",
    "incident-response",
    "news-publishing",
    "report-distribution",
  ]);
  // Nothing is configured here, and that is all that is wrong with them.
  for (const { servers, problems } of workflows) expect(problems).toHaveLength(servers.length);
  const { dependencies } = await server.call<{ dependencies: Record<string, string[]> }>("get_workflow_definition", {
    workflow_id: "news-publishing",
  });
  expect(dependencies["store"]?.toSorted()).toEqual(["news", "render"]);
});

test("a workflow runs others: one of its own tenant's, one of the library, and several as one", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  expect(await server.call("execute_workflow", { workflow_id: "parent", wait_ms })).toMatchObject({ output: "HELLO CHILD" });
  await server.call("create_workflow", { definition: { ...PARENT, id: "mine" } });
  expect(await server.call("execute_workflow", { workflow_id: "mine", wait_ms })).toMatchObject({ output: "HELLO CHILD" });
  const stages = [
    { id: "first", workflow_id: "greet", inputs: { who: "Ada" } },
    { id: "second-one", workflow_id: "greet", inputs: { who: "${{ steps.first.output }}" } },
  ];
  expect(await server.call("orchestrate_workflow", { stages, wait_ms })).toMatchObject({
    status: "completed",
    output: { first: "HELLO ADA", "second-one": "HELLO HELLO ADA" },
  });
  expect(await server.refusal("orchestrate_workflow", { stages: [{ id: "a", workflow_id: "greet", needs: ["b"] }] })).toContain(
    "stages[0]",
  );
});

test("no workflow has the id of an orchestration, because it could be no stage of one", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  expect(await server.refusal("create_workflow", { definition: { ...GREET, id: "orchestration" } })).toContain("choose another one");
});

test("steps with the names of members of objects are steps like any other", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const steps = ["constructor", "toString", "valueOf"].map((id) => ({ id, value: id }));
  await server.call("create_workflow", { definition: { id: "odd", steps } });
  const answer = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "odd", wait_ms });
  expect(answer.status).toBe("completed");
  expect(Object.keys(answer.task_states)).toEqual(["constructor", "toString", "valueOf"]);
});

test("an approval is answered by somebody, and its execution goes on", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const { execution_id } = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "ask", wait_ms });
  expect(await server.call("get_workflow_status", { execution_id })).toMatchObject({
    status: "paused",
    waiting_for: [{ task: "sign", kind: "approval" }],
  });
  await server.call("answer_workflow", { execution_id, task: "sign", answer: "approve", by: "ada" });
  expect(await server.call("get_workflow_status", { execution_id, wait_ms })).toMatchObject({ status: "completed" });
  expect(await server.refusal("answer_workflow", { execution_id, task: "sign", answer: "refuse", by: "eve" })).toContain("has ended");
});

test("a schedule executes its workflow at its time, and says so", async () => {
  using folder = temporaryDirectory();
  await using server = await opened(folder);
  const soon = new Date().toISOString();
  await server.call("schedule_workflow", { workflow_id: "greet", inputs: { who: "Ada" }, at: soon });
  const seen = async (): Promise<string | null> => {
    const { schedules } = await server.call<{ schedules: { last_execution_id: string | null }[] }>("schedule_workflow", { action: "list" });
    return schedules[0]?.last_execution_id ?? null;
  };
  await expect.poll(seen, { timeout: 60_000, interval: 100 }).toMatch(/^[0-9a-f-]{36}$/);
  const execution_id = await seen();
  expect(await server.call("get_workflow_status", { execution_id, wait_ms })).toMatchObject({ output: "HELLO ADA" });
  expect(await server.call("schedule_workflow", { action: "list" })).toMatchObject({ schedules: [{ next_at: null, last_error: null }] });
  expect(await server.call("monitor_workflow", { execution_id })).toMatchObject({
    events: expect.arrayContaining([expect.objectContaining({ task: "loud" })]) as unknown,
  });
});

test("of the times that passed while nobody served, the newest of the last hour is made up, however many came before it", async () => {
  using folder = temporaryDirectory();
  {
    await using server = await opened(folder);
    await server.call("schedule_workflow", { workflow_id: "greet", inputs: { who: "Ada" }, cron: "* * * * *" });
  }
  {
    using database = new DatabaseSync(join(folder.path, "state", "workflow.db"));
    database.exec("UPDATE schedules SET next_ms = next_ms - 7200000");
  }
  await using server = await opened(folder);
  interface Listed {
    readonly schedules: readonly {
      readonly last_execution_id: string | null;
      readonly last_error: string | null;
      readonly last_at: string | null;
    }[];
  }
  const ran = async (): Promise<Listed["schedules"][number] | undefined> =>
    (await server.call<Listed>("schedule_workflow", { action: "list" })).schedules[0];
  await expect.poll(async () => (await ran())?.last_at, { timeout: 60_000, interval: 100 }).not.toBeNull();
  expect(await ran()).toMatchObject({ last_execution_id: expect.any(String) as string, last_error: null });
});

test("servers work for the tenant of the execution, and once for every key", async () => {
  using folder = temporaryDirectory();
  await using server = await opened({ path: folder.path, more: withAnalytics(folder.path) });
  const events = [{ type: "view", user_id: "u", at: "2026-03-01T10:00:00Z", content_id: "a" }];
  const definition = {
    id: "count",
    steps: [
      { id: "record", tool: "analytics.record_events", with: { events } },
      { id: "metrics", needs: ["record"], tool: "analytics.get_content_metrics", with: { content_id: "a" } },
    ],
    output: "${{ steps.metrics.output.views }}",
  };
  const asked = { workflow_id: "count", wait_ms };
  for (const tenant of ["acme", "globex"]) {
    await server.call("create_workflow", { definition }, { tenant });
    expect(await server.call("execute_workflow", asked, { tenant, key: "k" })).toMatchObject({ output: 1 });
    expect(await server.call("execute_workflow", asked, { tenant, key: "k" })).toMatchObject({ output: 1 });
  }
  const wrong = { id: "wrong", steps: [{ id: "x", tool: "analytics.no_such_tool" }] };
  expect(await server.call("create_workflow", { definition: wrong })).toMatchObject({
    warnings: [expect.stringContaining("no_such_tool") as string],
  });
  const { workflows } = await server.call<{ workflows: { workflow_id: string; problems: string[] }[] }>("list_available_workflows", {
    check: true,
  });
  expect(workflows.find(({ workflow_id }) => workflow_id === "wrong")?.problems.join()).toContain("no_such_tool");
});

test("no more executions of one tenant run than are allowed, and another one is not kept waiting", async () => {
  using folder = temporaryDirectory();
  await using server = await opened({ path: folder.path, more: { ACTIVE_MAX: "2" } });
  for (let nth = 0; nth < 2; nth += 1) await server.call("execute_workflow", { workflow_id: "wait" });
  expect(await server.refusal("execute_workflow", { workflow_id: "wait" })).toContain("at most 2");
  expect(
    await server.call("execute_workflow", { workflow_id: "greet", inputs: { who: "x" }, wait_ms }, { tenant: "globex" }),
  ).toMatchObject({ status: "completed" });
});

test("a scheduled execution for which there is no room waits until there is", async () => {
  using folder = temporaryDirectory();
  await using server = await opened({ path: folder.path, more: { ACTIVE_MAX: "1" } });
  const { execution_id } = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "wait" });
  await server.call("schedule_workflow", { workflow_id: "greet", inputs: { who: "Ada" }, at: new Date().toISOString() });
  const listed = async () => {
    interface Listed {
      readonly schedules: readonly {
        readonly last_execution_id: string | null;
        readonly last_error: string | null;
        readonly next_at: string | null;
      }[];
    }
    return (await server.call<Listed>("schedule_workflow", { action: "list" })).schedules[0];
  };
  await expect.poll(async () => (await listed())?.last_error, { timeout: 60_000, interval: 50 }).toContain("at most 1");
  expect((await listed())?.next_at).not.toBeNull();
  await server.call("cancel_workflow", { execution_id });
  await expect.poll(async () => (await listed())?.last_execution_id, { timeout: 60_000, interval: 50 }).not.toBeNull();
  expect(await listed()).toMatchObject({ last_error: null, next_at: null });
});

test("mistakes in what the server is given are told before it serves", async () => {
  using folder = temporaryDirectory();
  const STATE_DIR = folder.path;
  await expect(openWorkflow({ STATE_DIR, WORKFLOWS_DIR: join(folder.path, "none") })).rejects.toThrow("WORKFLOWS_DIR");
  const file = join(folder.path, "servers.yaml");
  writeFileSync(file, "servers: { a: { comand: node } }\n");
  await expect(openWorkflow({ STATE_DIR, SERVERS_CONFIG: file })).rejects.toThrow(/SERVERS_CONFIG.*comand/s);
});
