import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inRepository, runCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";

type Members = Readonly<Record<string, unknown>>;

interface Document extends Members {
  readonly execution_id: string;
  readonly steps: readonly Members[];
}

const ALWAYS = [
  "execution_id",
  "workflow_id",
  "status",
  "outcome",
  "driven",
  "needs_person",
  "inputs",
  "output",
  "started_at",
  "ended_at",
  "steps",
  "leftovers",
  "metrics",
];
const SOMETIMES = ["meta", "workflow_name", "error", "parent", "retry_of"];
const ALWAYS_OF_STEP = ["id", "status", "phase", "needs", "server", "tool", "attempts", "started_at", "completed_at"];
const SOMETIMES_OF_STEP = [
  "output",
  "error",
  "replica",
  "failovers",
  "degraded",
  "compensation",
  "waiting_for",
  "items",
  "child_id",
  "skipped_because",
];
const METRICS = [
  "calls",
  "retries",
  "duration_ms",
  "critical_path_ms",
  "shortest_ms",
  "parallel_efficiency",
  "maximum_efficiency",
  "efficiency_ratio",
  "queued_ms",
  "server_ms",
  "overhead_ms",
  "overhead_share",
  "mean_overhead_ms",
  "mean_latency_ms",
  "p95_latency_ms",
  "in_time_share",
  "selection_accuracy",
  "resource_efficiency",
  "resource_seconds",
  "failovers",
  "hedged_calls",
  "score",
];

/** Expects a document, and all of its steps, to have the keys that the documentation promises and no others. */
function expectKeys(document: Document): void {
  expect(Object.keys(document).filter((key) => !SOMETIMES.includes(key))).toEqual(ALWAYS);
  for (const step of document.steps) {
    expect(Object.keys(step).filter((key) => !SOMETIMES_OF_STEP.includes(key))).toEqual(ALWAYS_OF_STEP);
  }
  expect(Object.keys(document["metrics"] ?? {})).toEqual(METRICS);
}

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** Runs a workflow in JSON, and gives the exit code with the document. Nothing else may be on stdout. */
async function run(world: CommandWorld, workflow: object): Promise<{ readonly exitCode: number | null; readonly document: Document }> {
  world.write("w.json", JSON.stringify({ id: "w", ...workflow }));
  const { exitCode, stdout } = await world.run("run", "w.json", "--json");
  const document = JSON.parse(stdout) as Document;
  expectKeys(document);
  return { exitCode, document };
}

test("docs/operations.md names every key of a document", () => {
  const [, text = ""] = /## Documents\n([^]*?)\n## In CI/.exec(readFileSync(inRepository("docs/operations.md"), "utf8")) ?? [];
  const keys = [...ALWAYS, ...SOMETIMES, ...ALWAYS_OF_STEP, ...SOMETIMES_OF_STEP, ...METRICS];
  expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
});

test("an execution that completed has every promised key, and show prints the same document", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  const steps = [
    { id: "call", tool: "echo.echo", with: { n: 1 } },
    { id: "sum", value: "${{ steps.call.output.n + 1 }}" },
    { id: "never", if: "steps.sum.output > 10", value: 1 },
  ];
  const { exitCode, document } = await run(world, { name: "A sum", steps, output: "${{ steps.sum.output }}" });
  expect(exitCode).toBe(0);
  expect(document).toMatchObject({
    workflow_id: "w",
    workflow_name: "A sum",
    status: "completed",
    outcome: "completed",
    driven: false,
    needs_person: false,
    inputs: {},
    output: 2,
    started_at: MOMENT,
    ended_at: MOMENT,
    steps: [
      {
        id: "call",
        status: "completed",
        server: "echo",
        tool: "echo",
        attempts: 1,
        started_at: MOMENT,
        completed_at: MOMENT,
        output: { n: 1 },
      },
      {
        id: "sum",
        status: "completed",
        needs: ["call"],
        server: null,
        tool: null,
        attempts: 0,
        started_at: MOMENT,
        completed_at: MOMENT,
        output: 2,
      },
      { id: "never", status: "skipped", started_at: null, completed_at: MOMENT, skipped_because: "condition" },
    ],
    leftovers: [],
  });
  expect(await world.json("executions", "show", document.execution_id)).toEqual(document);
  expect(await world.json("executions", "resume", document.execution_id)).toEqual([document]);
  expect(await world.json("executions", "list")).toEqual({
    executions: [
      {
        execution_id: document.execution_id,
        workflow_id: "w",
        status: "completed",
        outcome: "completed",
        started_at: MOMENT,
        updated_at: MOMENT,
        ended_at: document["ended_at"],
      },
    ],
  });
});

test("an execution that waits for a person says null for everything that is not there yet", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  const steps = [
    { id: "ask", approval: { message: "Go on?" } },
    { id: "then", needs: ["ask"], tool: "echo.echo" },
  ];
  const { exitCode, document } = await run(world, { steps });
  expect(exitCode).toBe(3);
  expect(document).toMatchObject({
    status: "paused",
    outcome: null,
    needs_person: true,
    output: null,
    ended_at: null,
    steps: [
      { status: "waiting", started_at: MOMENT, completed_at: null, waiting_for: { kind: "approval", message: "Go on?" } },
      { status: "pending", server: "echo", tool: "echo", attempts: 0, started_at: null, completed_at: null },
    ],
  });
  expect(await world.json("executions", "list")).toMatchObject({ executions: [{ status: "paused", outcome: null, ended_at: null }] });
});

test.each([
  { policy: "fail_fast", compensate: undefined, exitCode: 1, outcome: "failed", leftovers: [{ step: "act", reason: "not_compensatable" }] },
  {
    policy: "fail_fast",
    compensate: { tool: "shop.is_error_wordless" },
    exitCode: 1,
    outcome: "rollback_failed",
    leftovers: [{ step: "act" }],
  },
  { policy: "fail_fast", compensate: { tool: "echo.echo" }, exitCode: 1, outcome: "failed_with_rollback", leftovers: [] },
  { policy: "allow_partial", compensate: undefined, exitCode: 2, outcome: "partial_success", leftovers: [] },
])("under $policy a failure ends as $outcome, with exit code $exitCode", async ({ policy, compensate, exitCode, outcome, leftovers }) => {
  using world = commandWorld({ shop: "fails.ts", echo: "echo.ts" });
  const steps = [
    { id: "act", tool: "echo.meta", ...(compensate === undefined ? {} : { compensate: { ...compensate, retry: { max_attempts: 1 } } }) },
    { id: "fail", tool: "shop.is_error", needs: ["act"] },
    { id: "after", value: 1, needs: ["fail"] },
  ];
  const ended = await run(world, { error_policy: policy, steps });
  expect(ended).toMatchObject({
    exitCode,
    document: {
      outcome,
      status: exitCode === 2 ? "completed" : "failed",
      steps: [
        { status: "completed" },
        {
          status: "failed",
          error: {
            kind: "tool_error",
            server: "shop",
            tool: "is_error",
            attempt: 1,
            message: "the warehouse is closed",
            detail: expect.anything(),
          },
        },
        { started_at: null },
      ],
      leftovers,
    },
  });
});

test("a validation that says no ends the execution before anything was changed", async () => {
  using world = commandWorld({ shop: "fails.ts" });
  const steps = [
    { id: "check", tool: "shop.is_error", validates: true },
    { id: "act", tool: "shop.odd_tool", needs: ["check"] },
  ];
  expect(await run(world, { steps })).toMatchObject({ exitCode: 1, document: { outcome: "validation_failed", leftovers: [] } });
});

test("several executions that are taken up are printed as one list, and exit with the worst code", async () => {
  using world = commandWorld();
  const ids: string[] = [];
  for (const message of ["one", "two", "three"]) {
    ids.push((await run(world, { steps: [{ id: "ask", approval: { message } }] })).document.execution_id);
  }
  const [one = "", two = "", three = ""] = ids;
  await world.run("executions", "approve", one);
  await world.run("executions", "approve", two, "--refuse");
  const { exitCode, stdout } = await world.run("executions", "resume", one, two, three, "--json");
  expect(exitCode).toBe(1);
  const documents = JSON.parse(stdout) as readonly Document[];
  for (const document of documents) expectKeys(document);
  expect(documents).toMatchObject([{ outcome: "completed" }, { outcome: "failed" }, { outcome: null }]);
  expect((await world.run("executions", "resume", one, three)).exitCode).toBe(3);
});

test("problems have a place, a code and a suggestion, whichever command finds them", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, tool: echo.ecko }\n  - { id: b, needs: [aa], value: 1 }\n");
  const keys = ["file", "place", "line", "column", "code", "message", "suggestion", "severity", "length", "source"];
  const problems = [
    {
      file: "w.yaml",
      place: "steps[0].tool",
      line: 3,
      column: 20,
      code: "unknown-tool",
      message: 'unknown tool "echo.ecko" - did you mean "echo.echo"?',
      suggestion: "echo.echo",
    },
    { file: "w.yaml", place: "steps[1].needs[0]", line: 4, column: 22, code: "unknown-step", suggestion: "a" },
  ];
  for (const command of ["validate", "plan"]) {
    const { exitCode, stdout, stderr } = await world.run(command, "w.yaml", "--json");
    expect(exitCode).toBe(65);
    const document = JSON.parse(stdout) as { readonly problems: readonly Members[] };
    expect(document).toEqual({ problems: [expect.objectContaining(problems[0]), expect.objectContaining(problems[1])] });
    expect(document.problems.map(Object.keys)).toEqual([keys, keys]);
    expect(stderr).toMatch(/^w\.yaml:3:20: unknown tool[^]*\nw\.yaml:4:22: [^]*\n2 problems\n$/);
  }
  const offline = await world.run("validate", "--no-servers", "w.yaml", "--json");
  expect(JSON.parse(offline.stdout)).toEqual({ problems: [expect.objectContaining(problems[1])] });
  expect(await world.json("validate", "w.yaml", "--config", "nowhere.yaml")).toMatchObject({ error: { code: "file.unreadable" } });
});

test("-p and --params together give the inputs, typed by the workflow", async () => {
  using world = commandWorld();
  const inputs = {
    text: { type: "string" },
    count: { type: "integer" },
    list: { type: "array" },
    flag: { type: "boolean", default: false },
  };
  world.write("w.json", JSON.stringify({ id: "w", inputs, steps: [{ id: "a", value: "${{ inputs }}" }], output: "${{ steps.a.output }}" }));
  world.write("params.json", '{"count": 1, "text": "from the file"}');
  const given = ["-p", "text=17", "-p", 'list=["a=b", 2]', "-p", "flag=true", "--params", "params.json"];
  expect(await world.json("run", "w.json", ...given)).toMatchObject({ output: { text: "17", count: 1, list: ["a=b", 2], flag: true } });
  const refused = await world.run("run", "w.json", "-p", "count=many", "-p", "text=x", "--json");
  expect(refused.exitCode).toBe(65);
  expect(JSON.parse(refused.stdout)).toMatchObject({
    error: {
      code: "input.invalid",
      problems: ['input "count" must be a whole number, not "many"', 'missing required input "list" (array)'],
    },
  });
});

test("a pipe gets no escape codes unless they are asked for, and what servers write stays out of stdout", async () => {
  using world = commandWorld({ gossip: "tells-all.ts" });
  world.write(
    "w.yaml",
    'id: w\nsteps:\n  - { id: a, tool: gossip.give, with: { text: "\\e[31mred\\e[0m" } }\n  - { id: b, needs: [a], tool: gossip.complain }\n',
  );
  const plain = await runCommand(["run", "w.yaml"], world.path, { TUTTI_LOG_LEVEL: "info" });
  expect(`${plain.stdout}${plain.stderr}`).not.toContain("\u001b");
  expect(plain.stdout).not.toContain("it was given");
  expect(plain.stderr).toContain("it was given");
  const coloured = await runCommand(["run", "w.yaml"], world.path, { FORCE_COLOR: "1" });
  expect(coloured.stdout).toContain("\u001b[31m✖");
  const refused = await runCommand(["run", "w.yaml"], world.path, { NO_COLOR: "1" });
  expect(refused.stdout).not.toContain("\u001b");
});
