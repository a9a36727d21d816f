import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";
import type { ExecutionDocument } from "../../support/command-world.ts";
import { LEDGER, ledgerOf } from "../../support/ledger.ts";

const PAY = `
# Comments are for whoever has the file.
workflow_id: pay
name: Pay
pattern: payments
inputs: { amount: { type: number } }
steps:
  - { id: look, tool: ledger.read }
  - { id: act, dependencies: [look], tool: ledger.act, parameters: { amount: "\${{ inputs.amount }}" } }
`;

interface ListedWorkflow {
  readonly workflow_id: string;
  readonly status: string;
  readonly version: number;
}

test("a workflow is stored, executed, changed, exported and forgotten at the command line", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("pay.yaml", PAY);
  expect(await world.run("workflows", "create", "pay.yaml")).toMatchObject({ exitCode: 0, stdout: "pay  version 1, active\n", stderr: "" });
  const again = await world.run("workflows", "create", "pay.yaml", "--json");
  expect([again.exitCode, JSON.parse(again.stdout)]).toMatchObject([65, { error: { code: "workflow.exists" } }]);
  const run = await world.json<ExecutionDocument>("workflows", "execute", "pay", "-p", "amount=5", "--machine", "local");
  expect(run).toMatchObject({ outcome: "completed", steps: [{ id: "look" }, { id: "act" }] });
  expect(ledgerOf(world.path)).toEqual(["read look", "act act"]);
  const { workflows } = await world.json<{ readonly workflows: readonly ListedWorkflow[] }>("workflows", "list", "--status", "completed");
  expect(workflows).toMatchObject([{ workflow_id: "pay", status: "completed", version: 1, step_count: 2 }]);
  world.write("pay.yaml", PAY.replace("name: Pay", "name: Pay now"));
  expect(await world.json("workflows", "update", "pay.yaml", "--expected-version", "1")).toMatchObject({ version: 2 });
  expect(await world.run("workflows", "update", "pay.yaml", "--expected-version", "1")).toMatchObject({ exitCode: 65 });
  expect((await world.run("workflows", "show", "pay")).stdout).toMatch(
    /^pay {2}version 2 {2}completed\n[^]*Pay now[^]*act +tool ledger\.act +after look\n/,
  );
  expect(await world.json("workflows", "show", "pay", "--workflow-version", "1")).toMatchObject({ name: "Pay", version: 1 });
  expect((await world.run("workflows", "versions", "pay")).stdout.split("\n")).toHaveLength(4);
  const table = await world.run("export", "pay", "--format", "csv");
  expect(table.stdout.split("\r\n").map((line) => line.split(",")[0])).toEqual(["record", "workflow", "execution", "step", "step", ""]);
  const file = await world.run("export", "pay");
  expect(JSON.parse(file.stdout)).toMatchObject({ workflow: { workflow_id: "pay" }, executions: [{ execution_id: run.execution_id }] });
  expect(await world.run("workflows", "delete", "pay")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("version 2") });
  expect(await world.run("workflows", "execute", "pay")).toMatchObject({ exitCode: 66 });
  expect(await world.json("executions", "show", run.execution_id)).toMatchObject({ outcome: "completed" });
});

test("everything that is wrong with a file is told with its lines, and tools that are not there are warnings", async () => {
  using world = commandWorld();
  world.write("bad.yaml", "id: bad\nsteps:\n  - { id: a, type: nope, value: 1 }\n  - { id: b, needs: [c], value: 1 }\n");
  const bad = await world.run("workflows", "create", "bad.yaml");
  expect([bad.exitCode, bad.stderr]).toEqual([65, expect.stringMatching(/^bad\.yaml:3:20: [^]*\nbad\.yaml:4:22: [^]*\n2 problems\n$/)]);
  world.write("later.yaml", "id: later\nsteps:\n  - { id: a, tool: nowhere.do }\n");
  const later = await world.run("workflows", "create", "later.yaml");
  expect(later).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^warning: steps\[0\]\.tool: unknown server "nowhere"/) });
});

test("a stored workflow goes on in the background, and its key starts it once", async () => {
  using world = commandWorld({ ledger: LEDGER });
  world.write("pay.yaml", PAY);
  await world.run("workflows", "create", "pay.yaml");
  const start = ["workflows", "execute", "pay", "-p", "amount=5", "--request-key", "monday"] as const;
  const detached = await world.json<{ readonly execution_id: string; readonly log: string }>(...start, "--detach");
  expect(existsSync(detached.log)).toBe(true);
  const again = await world.json<ExecutionDocument>(...start);
  expect(again).toMatchObject({ execution_id: detached.execution_id, outcome: "completed" });
  expect(ledgerOf(world.path)).toEqual(["read look", "act act"]);
  await world.untilNothingRuns();
});

test("looking makes nothing, and a stored workflow runs by its id where there is no such file", async () => {
  using world = commandWorld();
  const before = readdirSync(world.path);
  expect(await world.json("workflows", "list")).toEqual({ workflows: [] });
  expect(await world.run("run", "greet")).toMatchObject({ exitCode: 66, stderr: expect.stringContaining("cannot read greet") });
  expect(readdirSync(world.path)).toEqual(before);
  world.write("file.yaml", "id: greet\ninputs: { who: { type: string } }\nsteps: [{ id: a, value: 1 }]\noutput: ${{ inputs.who }}\n");
  await world.run("workflows", "create", "file.yaml");
  expect(await world.json("run", "greet", "-p", "who=5")).toMatchObject({ outcome: "completed", output: "5" });
  expect(await world.run("run", "greet", "--frozen")).toMatchObject({ exitCode: 66 });
});

test("a backup has the stored workflows, and works as a data directory", async () => {
  using world = commandWorld();
  world.write("greet.yaml", "id: greet\nsteps: [{ id: a, value: 1 }]\n");
  await world.run("workflows", "create", "greet.yaml");
  const copy = join(world.path, "copy");
  expect(await world.run("executions", "backup", copy)).toMatchObject({ exitCode: 0 });
  expect(await world.json("workflows", "list", "--data-dir", copy)).toMatchObject({ workflows: [{ workflow_id: "greet" }] });
  expect(await world.run("executions", "check", "--data-dir", copy)).toMatchObject({ exitCode: 0 });
});

test("what no surface takes is not taken from a terminal either", async () => {
  using world = commandWorld();
  world.write("greet.yaml", "id: greet\nsteps:\n  - { id: say, value: 1 }\n");
  for (const key of ["", "k".repeat(201)]) {
    const ended = await world.run("workflows", "create", "greet.yaml", "--request-key", key);
    expect(ended).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("1 to 200 characters") as string });
  }
  for (const component of ["", "c".repeat(201), "two\nlines"]) {
    const ended = await world.run("patterns", "validate", "data-validation", "--component", component);
    expect(ended).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("one line of 1 to 200 characters") as string });
  }
});
