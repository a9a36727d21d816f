import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMAND, runCommand, startCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";

const value = "id: w\nsteps:\n  - { id: a, value: 1 }\n";
const nap = "id: nap\nsteps:\n  - { id: rest, tool: echo.echo }\n  - { id: b, needs: [rest], sleep: 2s }\n";

/** Makes Node load a file before the command, which then meets something that nobody thought of. */
function breaking(
  world: { readonly path: string; write(name: string, text: string): void },
  code: string,
): { readonly NODE_OPTIONS: string } {
  world.write("break.mjs", code);
  return { NODE_OPTIONS: `--import ${join(world.path, "break.mjs")}` };
}

const BROKEN_DATES = 'Date.prototype.toISOString = () => { throw new TypeError("dates are broken"); };';

test("what nobody thought of is told as a bug, without a stack trace, and exits with 70", async () => {
  using world = commandWorld();
  world.write("w.yaml", value);
  const environment = breaking(world, BROKEN_DATES);
  const finished = await runCommand(["run", "w.yaml", "--json"], world.path, environment);
  expect(finished).toEqual({
    exitCode: 70,
    signal: null,
    stdout: "",
    stderr:
      "tutti: this is a bug in tutti, please report it: dates are broken\n  With TUTTI_LOG_LEVEL=debug the command shows where it happens.\n",
  });
  const debugged = await runCommand(["run", "w.yaml", "--json"], world.path, { ...environment, TUTTI_LOG_LEVEL: "debug" });
  expect(debugged.exitCode).toBe(70);
  expect(debugged.stderr).toMatch(/please report it: dates are broken\nTypeError: dates are broken\n {4}at /);
});

test("an exception that nobody catches ends the command as a bug, leaves no server, and loses nothing", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("nap.yaml", nap);
  const environment = breaking(world, 'process.on("SIGUSR2", () => { throw new Error("out of the blue"); });');
  await using run = startCommand(["run", "nap.yaml"], world.path, environment);
  await run.printed(/waits until/);
  run.process.kill("SIGUSR2");
  expect(await run.finished).toMatchObject({
    exitCode: 70,
    stderr: expect.stringMatching(
      /^tutti: this is a bug in tutti, please report it: out of the blue\n {2}With TUTTI_LOG_LEVEL=debug .*\n$/,
    ),
  });
  await world.untilNothingRuns();
  expect(await world.run("executions", "resume")).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("completed in") });
});

test("an output that is full is told, and does not keep the execution from its end", async () => {
  using world = commandWorld();
  world.write("w.yaml", value);
  const child = spawn(process.execPath, [COMMAND, "run", "w.yaml"], {
    cwd: world.path,
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  expect(await once(child, "close")).toEqual([69, null]);
  expect(errors).toMatch(/^tutti: cannot write to stdout: ENOSPC.*\n$/);
  expect(await world.json("executions", "list")).toMatchObject({ executions: [{ outcome: "completed" }] });
});

test("Ctrl-C in the middle of a call by hand leaves nothing behind", async () => {
  using world = commandWorld({ mute: "never-answers.ts" });
  await using call = startCommand(["call", "mute.wait"], world.path, { TUTTI_LOG_LEVEL: "info" });
  await call.printed(/a call of wait has come/, "stderr");
  call.process.kill("SIGINT");
  expect(await call.finished).toMatchObject({ exitCode: 130, stdout: "" });
  await world.untilNothingRuns();
});
