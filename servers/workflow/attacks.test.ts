import { expect, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import type { ExecutionAnswer } from "./execution-answer.ts";
import { openWorkflow } from "./open-workflow.ts";

function nested(depth: number): object {
  let value: object = {};
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

const create = (definition: unknown): readonly [string, object] => ["create_workflow", { definition }];
const steps = (list: readonly object[]): readonly [string, object] => create({ id: "x", steps: list });
const schedule = (more: object): readonly [string, object] => ["schedule_workflow", { workflow_id: "mine", ...more }];
const aliases = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`).join("\n");

const REFUSED: readonly (readonly [string, string, object])[] = [
  ["a definition nested without end", ...create(nested(5_000))],
  ["a definition of a step nested without end", ...steps([{ id: "a", value: nested(5_000) }])],
  ["text nested without end", ...create(`id: x\nsteps: ${"[".repeat(50_000)}`)],
  ["too much text", ...create(`id: x\nsteps: []\ndescription: ${"x".repeat(1_000_001)}`)],
  ["aliases that multiply", ...create(`a0: &a0 [1,1,1,1,1,1,1,1,1]\n${aliases}\nid: x\nsteps: []\n`)],
  ["too many steps", ...steps(Array.from({ length: 10_001 }, (_, n) => ({ id: `s${n}`, value: 1 })))],
  [
    "steps that wait for one another",
    ...steps([
      { id: "a", needs: ["b"], value: 1 },
      { id: "b", needs: ["a"], value: 1 },
    ]),
  ],
  ["an id with a path", ...create({ id: "../x", steps: [] })],
  ["an id with a NUL", ...create({ id: "x\u0000", steps: [] })],
  ["the prototype of all objects for an id", ...create({ id: "__proto__", steps: [] })],
  ["no id", ...create({ steps: [{ id: "a", value: 1 }] })],
  ["the prototype for a step", ...create(JSON.parse('{"id":"x","steps":[{"id":"__proto__","value":1}]}'))],
  ["code in place of an expression", ...steps([{ id: "a", value: "${{ process.exit(1) }}" }])],
  ["an expression without end", ...steps([{ id: "a", value: `\${{ ${"(".repeat(9_000)}1${")".repeat(9_000)} }}` }])],
  ["a tag that makes code", ...create("id: x\nsteps: !!js/function 'function () {}'\n")],
  ["a workflow that runs itself", ...steps([{ id: "a", workflow: "x" }])],
  ["workflows that run each other", ...create({ id: "pong", steps: [{ id: "a", workflow: "ping" }] })],
  ["inputs nested without end", "execute_workflow", { workflow_id: "mine", inputs: nested(5_000) }],
  ["too many inputs", "execute_workflow", { workflow_id: "mine", inputs: { a: "x".repeat(1_100_000) } }],
  ["an input that is not declared", "execute_workflow", { workflow_id: "mine", inputs: { constructor: 1 } }],
  ["a workflow by its path", "execute_workflow", { workflow_id: "../../package.json" }],
  ["a tenant among the arguments", "execute_workflow", { workflow_id: "mine", tenant: "globex" }],
  ["waiting for ever", "execute_workflow", { workflow_id: "mine", wait_ms: 1e12 }],
  ["an execution by SQL", "get_workflow_status", { execution_id: "' OR 1=1 --" }],
  ["an execution by a wildcard", "get_workflow_status", { execution_id: "%%%%%%%%" }],
  ["all executions that begin alike", "get_workflow_status", { execution_id: "0" }],
  ["cancelling what is not there", "cancel_workflow", { execution_id: "00000000-0000-0000-0000-000000000000" }],
  ["a stage with an expression for an id", "orchestrate_workflow", { stages: [{ id: 'a"] + x["b', workflow_id: "mine" }] }],
  [
    "two stages of one name",
    "orchestrate_workflow",
    {
      stages: [
        { id: "a", workflow_id: "mine" },
        { id: "a", workflow_id: "mine" },
      ],
    },
  ],
  ["too many stages", "orchestrate_workflow", { stages: Array.from({ length: 51 }, (_, n) => ({ id: `s${n}`, workflow_id: "mine" })) }],
  ["every second", ...schedule({ cron: "* * * * * *" })],
  ["a day that never comes", ...schedule({ cron: "0 0 30 2 *" })],
  ["a schedule that is none", ...schedule({ cron: "constructor" })],
  ["a time zone that is none", ...schedule({ cron: "0 7 * * *", time_zone: "../etc/passwd" })],
  ["a time long ago", ...schedule({ at: "2020-01-01T00:00:00Z" })],
  ["cron and at", ...schedule({ cron: "0 7 * * *", at: "2999-01-01T00:00:00Z" })],
  ["a time range without end", "monitor_workflow", { time_range: "9".repeat(21) }],
];

test("everything on the list of attacks is refused, and the server goes on", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openWorkflow({ STATE_DIR: folder.path, WORKFLOW_EXTENSIONS: "true" }));
  const mine = { id: "mine", steps: [{ id: "a", value: 1 }] };
  await server.call("create_workflow", { definition: mine });
  await server.call("create_workflow", { definition: { id: "ping", steps: [{ id: "a", workflow: "pong" }] } });
  const harmful: string[] = [];
  for (const [what, tool, parameters] of REFUSED) {
    try {
      const said = await server.refusal(tool, parameters);
      if (said.length > 50_000) harmful.push(`${what}: the refusal has ${said.length} characters`);
    } catch (error) {
      harmful.push(`${what}: ${String(error)} ${String((error as Error).cause)}`);
    }
  }
  expect(harmful).toEqual([]);
  expect(await server.call("execute_workflow", { workflow_id: "mine", wait_ms: 60_000 })).toMatchObject({ status: "completed" });
  const { workflows } = await server.call<{ workflows: { source: string; workflow_id: string }[] }>("list_available_workflows");
  expect(workflows.filter(({ source }) => source === "own").map(({ workflow_id }) => workflow_id)).toEqual(["mine", "ping"]);
  expect(await server.call("schedule_workflow", { action: "list" })).toEqual({ schedules: [] });
});

test("an answer stays small, however much a workflow does or gives", async () => {
  using folder = temporaryDirectory();
  await using server = await hold(openWorkflow({ STATE_DIR: folder.path }));
  const many = Array.from({ length: 1_200 }, (_, n) => ({ id: `s${n}`, value: n }));
  const output = "${{ range(100000).map(n, string(n)) }}";
  await server.call("create_workflow", { definition: { id: "large", steps: many, output } });
  const answer = await server.call<ExecutionAnswer>("execute_workflow", { workflow_id: "large", wait_ms: 120_000 });
  expect(answer).toMatchObject({ status: "completed", task_states_omitted: 200 });
  expect(answer.output).toBeUndefined();
  expect(answer.output_omitted_bytes).toBeGreaterThan(500_000);
  expect(JSON.stringify(answer).length).toBeLessThan(1_000_000);
});
