import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { COMMAND } from "../support/built-command.ts";
import { commandWorld } from "../support/command-world.ts";
import type { ExecutionDocument } from "../support/command-world.ts";

const greet = `
id: greet
inputs:
  name: { type: string, default: you }
  times: { type: integer, default: 1 }
steps:
  - id: words
    for_each: "\${{ range(inputs.times) }}"
    value: "hello \${{ inputs.name }}"
output: { words: "\${{ steps.words.output }}" }
`;

const signOff = `
id: sign-off
steps:
  - { id: ask, approval: { message: "Go on?" } }
  - { id: then, needs: [ask], value: done }
output: "\${{ steps.then.output }}"
`;

test("a workflow without servers runs, and says how it ended", async () => {
  using world = commandWorld();
  world.write("greet.yaml", greet);
  const finished = await world.run("run", "greet.yaml", "-p", "name=3", "-p", "times=2");
  expect(finished).toMatchObject({ exitCode: 0, stderr: "" });
  expect(finished.stdout).toMatch(/^execution \S+\n[^]*completed in [^]*words +\["hello 3","hello 3"\]/);
  expect(finished.stdout).not.toContain("\u001b");
});

test("with --json stdout is one document, and nothing else", async () => {
  using world = commandWorld();
  world.write("greet.yaml", greet);
  world.write("inputs.yaml", "name: Ada # a comment\ntimes: 1\n");
  const finished = await world.run("run", "greet.yaml", "--params", "inputs.yaml", "-p", "times=3", "--json");
  expect(finished).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(finished.stdout)).toMatchObject({
    execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    workflow_id: "greet",
    status: "completed",
    outcome: "completed",
    inputs: { name: "Ada", times: 3 },
    output: { words: ["hello Ada", "hello Ada", "hello Ada"] },
    steps: [
      { id: "words", status: "completed", attempts: 0, started_at: expect.stringMatching(/Z$/), completed_at: expect.stringMatching(/Z$/) },
    ],
    leftovers: [],
    metrics: { calls: 0, retries: 0 },
  });
});

test.each([
  { args: ["run"], exitCode: 64, stderr: /missing required argument 'file'/ },
  { args: ["rum", "x.yaml"], exitCode: 64, stderr: /unknown command 'rum'\n\(Did you mean run\?\)/ },
  { args: ["run", "greet.yaml", "--jsn"], exitCode: 64, stderr: /unknown option '--jsn'\n\(Did you mean --json\?\)/ },
  { args: ["run", "greet.yaml", "-p", "name"], exitCode: 64, stderr: /-p takes key=value, not "name"/ },
  { args: ["run", "greet.yaml", "-p", "nam=x"], exitCode: 65, stderr: /unknown input "nam" - did you mean "name"\?/ },
  {
    args: ["run", "wrong.yaml"],
    exitCode: 65,
    stderr: /^wrong\.yaml:4:5: unknown key "vale" - did you mean "value"\?\n {4}4 \| {5}vale: 1\n/,
  },
  { args: ["run", "nowhere.yaml"], exitCode: 66, stderr: /cannot read nowhere\.yaml: ENOENT/ },
  { args: ["run", "greet.yaml", "--config", "nowhere.yaml"], exitCode: 66, stderr: /cannot read .*nowhere\.yaml: ENOENT/ },
  { args: ["validate", "wrong.yaml", "greet.yaml"], exitCode: 65, stderr: /1 problem\n$/ },
  { args: ["executions", "show", "0193"], exitCode: 66, stderr: /no execution has the id "0193"/ },
  { args: ["executions", "prune", "--older-than", "5"], exitCode: 64, stderr: /--older-than takes a duration/ },
  { args: ["call", "nothing"], exitCode: 64, stderr: /a tool is named SERVER\.TOOL, not "nothing"/ },
  { args: ["call", "nobody.tool"], exitCode: 66, stderr: /no server has the name "nobody"/ },
  { args: ["servers", "check"], exitCode: 69, stderr: /^$/ },
  { args: ["run", "calls.yaml"], exitCode: 69, stderr: /server "starts_badly" is not available[^]*DATABASE_URL is not set/ },
])("tutti $args exits with $exitCode and says why", async ({ args, exitCode, stderr }) => {
  using world = commandWorld({ starts_badly: "dies.ts" });
  world.write(
    "tutti.yaml",
    `servers: { starts_badly: { command: ${process.execPath}, args: [-e, "console.error('DATABASE_URL is not set'); process.exit(3)"] } }\n`,
  );
  world.write("greet.yaml", greet);
  world.write("wrong.yaml", "id: wrong\nsteps:\n  - id: a\n    vale: 1\n");
  world.write("calls.yaml", "id: calls\nsteps:\n  - { id: a, tool: starts_badly.x }\n");
  const finished = await world.run(...args);
  expect(finished.stderr).toMatch(stderr);
  expect(finished.exitCode).toBe(exitCode);
  expect(finished.stderr).not.toContain("    at ");
});

test("what is refused is a document with --json", async () => {
  using world = commandWorld();
  world.write("wrong.yaml", "id: wrong\nsteps:\n  - id: a\n    vale: 1\n");
  const problem = { file: "wrong.yaml", line: 4, column: 5, code: "unknown-key", suggestion: "value" };
  expect(await world.json("run", "wrong.yaml")).toMatchObject({ error: { code: "definition.invalid", problems: [problem] } });
  expect(await world.json("validate", "wrong.yaml")).toMatchObject({ problems: [problem] });
  expect(await world.json("plan", "wrong.yaml")).toMatchObject({ problems: [problem] });
  expect(await world.json("executions", "show", "x")).toMatchObject({
    error: { code: "execution.not-found", details: { execution_id: "x" } },
  });
});

test("an approval ends the run with 3 and the commands to type, which then work", async () => {
  using world = commandWorld();
  world.write("sign-off.yaml", signOff);
  const run = await world.run("run", "sign-off.yaml");
  expect(run.exitCode).toBe(3);
  const commands = [...run.stdout.matchAll(/^ {4}tutti (.*)$/gm)].map(([, command = ""]) => command);
  expect(commands).toEqual([
    expect.stringMatching(/^executions approve \S+ ask$/),
    expect.stringMatching(/^executions approve \S+ ask --refuse$/),
    expect.stringMatching(/^executions resume \S+$/),
  ]);
  const [approve = "", , resume = ""] = commands;
  expect(await world.run(...approve.split(" "))).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("approved") });
  expect(await world.run(...approve.split(" "))).toMatchObject({ exitCode: 64 });
  expect(await world.run(...resume.split(" "))).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("output  done") });
});

test("an approval that is refused fails the step", async () => {
  using world = commandWorld();
  world.write("sign-off.yaml", signOff);
  const { execution_id: id } = await world.json<ExecutionDocument>("run", "sign-off.yaml");
  await world.run("executions", "approve", id, "--refuse", "--comment", "too early", "--by", "Ada");
  const resumed = await world.run("executions", "resume", id, "--json");
  expect(resumed.exitCode).toBe(1);
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ outcome: "failed", error: { message: expect.stringContaining("too early") } }]);
});

test("a call in doubt stands still until a person says what became of it", async () => {
  using world = commandWorld({ shop: "dies.ts" });
  world.write("pay.yaml", "id: pay\nsteps:\n  - { id: charge, tool: shop.die, effect: once }\noutput: '${{ steps.charge.output.id }}'\n");
  const { execution_id: id } = await world.json<ExecutionDocument>("run", "pay.yaml");
  expect(await world.run("executions", "show", id)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/ \? charge +shop\.die +in doubt: /),
  });
  expect(await world.run("executions", "resolve", id, "charge")).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining("say one of"),
  });
  expect(await world.run("executions", "resolve", id, "charge", "--happened", "--output", '{"id": "p-1"}')).toMatchObject({ exitCode: 0 });
  const resumed = await world.json<readonly ExecutionDocument[]>("executions", "resume");
  expect(resumed).toMatchObject([{ execution_id: id, outcome: "completed", output: "p-1", steps: [{ attempts: 1 }] }]);
});

test("a pause survives the end of the process, and is lifted by resuming", async () => {
  using world = commandWorld();
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 6s }\n");
  await using run = world.start("run", "nap.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*waits until/);
  expect(await world.run("executions", "pause", id)).toMatchObject({ exitCode: 0 });
  expect(await run.finished).toMatchObject({ exitCode: 3 });
  expect(await world.json("executions", "show", id)).toMatchObject({ status: "paused", driven: false });
  expect(await world.run("executions", "resume")).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining("no execution was interrupted"),
  });
  expect(await world.run("executions", "resume", id)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("completed in") });
});

test("an interrupted execution is told to the next run, and can be cancelled although nobody drives it", async () => {
  using world = commandWorld();
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 1h }\n");
  world.write("greet.yaml", greet);
  const id = await interrupted("SIGINT", 130);
  expect((await world.run("executions", "list")).stdout).toMatch(/nap +interrupted/);
  expect(await world.run("run", "greet.yaml")).toMatchObject({
    exitCode: 0,
    stderr: `1 execution was interrupted: ${id.slice(0, 13)} (nap) - take up with: tutti executions resume\n`,
  });
  expect(await world.run("executions", "cancel", id)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("cancelled in") });
  expect(await world.run("executions", "cancel", id)).toMatchObject({ exitCode: 64 });
  await interrupted("SIGTERM", 143);

  async function interrupted(signal: NodeJS.Signals, exitCode: number): Promise<string> {
    await using run = world.start("run", "nap.yaml");
    const [, started = ""] = await run.printed(/^execution (\S+)[^]*waits until/);
    run.process.kill(signal);
    expect(await run.finished).toMatchObject({
      exitCode,
      stderr: expect.stringContaining(`tutti executions resume ${started.slice(0, 13)}`),
    });
    return started;
  }
});

test("a retry takes over what had succeeded", async () => {
  using world = commandWorld({ shop: "dies.ts" });
  const steps =
    "  - { id: first, value: 1 }\n  - { id: second, needs: [first], tool: shop.die, effect: read, retry: { max_attempts: 1 } }\n";
  world.write("try.yaml", `id: try\nsteps:\n${steps}`);
  const { execution_id: id } = await world.json<ExecutionDocument>("run", "try.yaml");
  const again = await world.run("executions", "retry", id, "--json");
  expect(again).toMatchObject({ exitCode: 1, stderr: "taken over: first\n" });
  expect(JSON.parse(again.stdout)).toMatchObject({
    retry_of: id,
    steps: [
      { id: "first", status: "completed" },
      { id: "second", status: "failed" },
    ],
  });
  expect(await world.run("executions", "retry", id, "--from", "secnd")).toMatchObject({
    exitCode: 66,
    stderr: expect.stringContaining('did you mean "second"'),
  });
});

test("a workflow runs another one that lies beside it, whatever its file is called", async () => {
  using world = commandWorld();
  world.write(
    "parent.yaml",
    "id: parent\nsteps:\n  - { id: a, workflow: named }\n  - { id: b, workflow: hidden }\noutput: '${{ steps.a.output + steps.b.output }}'\n",
  );
  world.write("named.yml", "id: named\nsteps:\n  - { id: x, value: 1 }\noutput: '${{ steps.x.output }}'\n");
  world.write("other.json", '{"id": "hidden", "steps": [{"id": "x", "value": 2}], "output": "${{ steps.x.output }}"}');
  expect(await world.json("run", "parent.yaml")).toMatchObject({ outcome: "completed", output: 3 });
  expect((await world.json<{ executions: readonly unknown[] }>("executions", "list")).executions).toHaveLength(1);
  expect((await world.json<{ executions: readonly unknown[] }>("executions", "list", "--all")).executions).toHaveLength(3);
});

test("a reader that goes away early is no error", async () => {
  using world = commandWorld();
  world.write("greet.yaml", greet);
  const shell = spawn(
    "sh",
    [
      "-c",
      `"${process.execPath}" "${COMMAND}" run greet.yaml -p times=2000 | head -c 1; "${process.execPath}" "${COMMAND}" schema | head -c 1`,
    ],
    {
      cwd: world.path,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let errors = "";
  shell.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  shell.stdout.resume();
  await once(shell, "close");
  expect(errors).toBe("");
  expect(await world.json("executions", "list")).toMatchObject({ executions: [{ outcome: "completed" }] });
});

test("fmt prints, checks and writes the canonical form", async () => {
  using world = commandWorld();
  world.write("odd.yaml", "# Mine.\nsteps:\n  - { id: a, value: 1 }\nid: odd\n");
  expect(await world.run("fmt", "--check", "odd.yaml")).toMatchObject({ exitCode: 1, stderr: "odd.yaml is not in canonical form\n" });
  const printed = await world.run("fmt", "odd.yaml");
  expect(await world.run("fmt", "--write", "odd.yaml")).toMatchObject({ exitCode: 0, stdout: "" });
  expect(await world.run("fmt", "--check", "odd.yaml")).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await world.run("fmt", "odd.yaml")).stdout).toBe(printed.stdout);
  expect(printed.stdout).toMatch(/# Mine\.\n[^]*id: odd\nsteps:/);
});
