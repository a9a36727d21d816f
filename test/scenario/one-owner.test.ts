import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand, startCommand } from "../support/built-command.ts";
import { commandWorld } from "../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../support/command-world.ts";
import { untilNoneRuns } from "../support/servers/running.ts";

/** Runs until somebody says yes: a wait that a test ends when it wants to. */
function question(id: string): string {
  return `id: ${id}\nsteps:\n  - { id: ask, approval: { message: "Go on?", timeout: 1h } }\n  - { id: then, needs: [ask], value: done }\noutput: "\${{ steps.then.output }}"\n`;
}

function nap(id: string, time: string): string {
  return `id: ${id}\nsteps:\n  - { id: rest, sleep: ${time} }\n  - { id: then, needs: [rest], value: done }\noutput: "\${{ steps.then.output }}"\n`;
}

interface Listed {
  readonly executions: readonly { readonly execution_id: string; readonly workflow_id: string; readonly outcome: string | null }[];
}

/** How executions ended, by workflow. */
async function outcomes(world: CommandWorld): Promise<Readonly<Record<string, string | null>>> {
  const { executions } = await world.json<Listed>("executions", "list");
  return Object.fromEntries(executions.map(({ workflow_id, outcome }) => [workflow_id, outcome]));
}

test("a second run is carried out by the owner of the data directory, on the second's own servers and secrets", async () => {
  using world = commandWorld();
  using other = commandWorld({ echo: "echo.ts" });
  world.write("first.yaml", question("first"));
  other.write("tutti.yaml", `${readFileSync(join(other.path, "tutti.yaml"), "utf8")}secrets: { file: words.env }\n`);
  writeFileSync(join(other.path, "words.env"), "WORD=open-sesame\n", { mode: 0o600 });
  other.write("second.yaml", "id: second\nsteps:\n  - { id: say, tool: echo.echo, with: { word: '${{ secrets.WORD }}', size: 3 } }\n");

  await using owner = world.start("run", "first.yaml");
  const [, id = ""] = await owner.printed(/^execution (\S+)[^]*waits for approval/);
  const handed = await other.run("run", "second.yaml", "--data-dir", join(world.path, ".tutti"), "--json");
  expect(handed).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^process \d+ owns the data directory and runs execution /) });
  expect(JSON.parse(handed.stdout)).toMatchObject({ outcome: "completed", steps: [{ output: { word: "[secret WORD]", size: 3 } }] });
  expect(await world.run("executions", "approve", id)).toMatchObject({ exitCode: 0 });
  expect(await owner.finished).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await outcomes(world)).toEqual({ first: "completed", second: "completed" });
  const files = globSync(join(world.path, ".tutti/*"));
  expect(files.filter((file) => readFileSync(file).includes("open-sesame"))).toEqual([]);
});

test("an owner that is done stays for what was handed to it", async () => {
  using world = commandWorld();
  world.write("first.yaml", question("first"));
  world.write("second.yaml", question("second"));
  await using owner = world.start("run", "first.yaml");
  const [, first = ""] = await owner.printed(/^execution (\S+)[^]*waits for approval/);
  await using handed = world.start("run", "second.yaml");
  const [, second = ""] = await handed.printed(/^execution (\S+)[^]*waits for approval/);
  await world.run("executions", "approve", first);
  await owner.printed(/completed in/);
  expect(owner.process.exitCode).toBeNull();
  await world.run("executions", "approve", second, "--by", "Ada");
  expect(await handed.finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ask: approved by Ada\n[^]*output +done/) });
  expect(await owner.finished).toMatchObject({ exitCode: 0 });
});

test("when the owner is killed, the one that waits takes its place and goes on", async () => {
  using world = commandWorld();
  world.write("first.yaml", question("first"));
  world.write("second.yaml", question("second"));
  await using owner = world.start("run", "first.yaml");
  await owner.printed(/waits for approval/);
  await using heir = world.start("run", "second.yaml");
  const [, second = ""] = await heir.printed(/^execution (\S+)[^]*waits for approval/);
  owner.process.kill("SIGKILL");
  await owner.finished;
  expect(await world.run("executions", "approve", second, "--by", "Ada")).toMatchObject({ exitCode: 0 });
  expect(await heir.finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ask: approved by Ada\n[^]*output +done/) });
  expect(await outcomes(world)).toEqual({ first: null, second: "completed" });
});

test("a limit for workflows that run at once holds across processes", async () => {
  using world = commandWorld();
  world.write("one.yaml", `${question("one")}concurrency: { group: single, limit: 1 }\n`);
  await using first = world.start("run", "one.yaml");
  const [, firstId = ""] = await first.printed(/^execution (\S+)[^]*waits for approval/);
  await using second = world.start("run", "one.yaml");
  const [, secondId = ""] = await second.printed(/^execution (\S+)/);
  expect(await world.json("executions", "show", secondId)).toMatchObject({ steps: [{ status: "pending" }, { status: "pending" }] });
  await world.run("executions", "approve", firstId);
  await second.printed(/waits for approval/);
  await world.run("executions", "approve", secondId);
  expect([(await first.finished).exitCode, (await second.finished).exitCode]).toEqual([0, 0]);
});

test("other commands look and change while a process owns the data directory", async () => {
  using world = commandWorld();
  world.write("nap.yaml", nap("nap", "1h"));
  await using owner = world.start("run", "nap.yaml");
  const [, id = ""] = await owner.printed(/^execution (\S+)[^]*waits until/);
  expect(await world.json("executions", "show", id)).toMatchObject({ status: "executing", driven: true });
  await using watcher = world.start("executions", "watch", id.slice(0, 13));
  expect(await world.run("executions", "backup", "copy")).toMatchObject({ exitCode: 0 });
  expect(await world.run("executions", "check")).toMatchObject({ exitCode: 0, stdout: "the journal is sound\n" });
  expect(await world.run("executions", "cancel", id)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("cancelled in") });
  expect(await owner.finished).toMatchObject({ exitCode: 1 });
  expect((await watcher.finished).exitCode).toBe(1);
  expect(await world.json("executions", "list", "--data-dir", "copy")).toMatchObject({ executions: [{ execution_id: id }] });
});

test("many runs at once in one data directory all complete", async () => {
  using world = commandWorld();
  world.write("nap.yaml", nap("nap", "1s"));
  const runs = await Promise.all(Array.from({ length: 6 }, () => world.run("run", "nap.yaml", "--json")));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0, 0]);
  const ids = runs.map(({ stdout }) => (JSON.parse(stdout) as ExecutionDocument).execution_id);
  expect(new Set(ids).size).toBe(6);
});

test("a run in the background prints its id when its start is durable, and goes on alone", async () => {
  using world = commandWorld();
  world.write("nap.yaml", nap("nap", "2s"));
  world.write("wrong.yaml", "id: wrong\nsteps: []\nfoo: 1\n");
  const detached = await world.run("run", "nap.yaml", "--detach", "--json");
  expect(detached.exitCode).toBe(0);
  const { execution_id: id, pid, log } = JSON.parse(detached.stdout) as { execution_id: string; pid: number; log: string };
  expect(await world.run("executions", "watch", id)).toMatchObject({ exitCode: 0 });
  await untilNoneRuns([pid], 10_000);
  expect(readFileSync(log, "utf8")).toMatch(/completed in/);
  expect(statSync(log).mode & 0o777).toBe(0o600);
  expect(await world.run("run", "wrong.yaml", "--detach")).toMatchObject({
    exitCode: 65,
    stdout: "",
    stderr: expect.stringContaining('wrong.yaml:3:1: unknown key "foo"'),
  });
});

test("a data directory with a path that is too long for a socket works as any other", async () => {
  using world = commandWorld();
  const deep = join(world.path, "d".repeat(60), "e".repeat(60));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, "first.yaml"), question("first"));
  await using owner = startCommand(["run", "first.yaml"], deep);
  const [, id = ""] = await owner.printed(/^execution (\S+)[^]*waits for approval/);
  expect(existsSync(join(deep, ".tutti/owner.sock"))).toBe(false);
  expect(await runCommand(["executions", "approve", id], deep)).toMatchObject({ exitCode: 0 });
  expect(await owner.finished).toMatchObject({ exitCode: 0 });
});
