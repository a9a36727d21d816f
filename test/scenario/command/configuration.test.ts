import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository, runCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld } from "../../support/command-world.ts";

const ECHO = { command: process.execPath, args: [inRepository("test/support/servers/echo.ts")] };
const WORKFLOW = "id: w\nsteps:\n  - { id: a, tool: echo.echo, with: { said: hello } }\n";

/** A world without any configuration, with a workflow in `flows/`. */
function bareWorld(): CommandWorld {
  const world = commandWorld();
  rmSync(join(world.path, "tutti.yaml"));
  for (const folder of ["flows", ".vscode", "elsewhere"]) mkdirSync(join(world.path, folder));
  world.write("flows/w.yaml", WORKFLOW);
  return world;
}

test.each([
  { place: "mcp.json", text: JSON.stringify({ mcpServers: { echo: ECHO } }) },
  { place: ".mcp.json", text: JSON.stringify({ mcpServers: { echo: { type: "stdio", ...ECHO, alwaysAllow: ["echo"] } } }) },
  { place: ".vscode/mcp.json", text: `// mine\n{ "inputs": [], "servers": { "echo": ${JSON.stringify(ECHO)}, /* end */ }, }\n` },
  { place: "tutti.yml", text: JSON.stringify({ servers: { echo: ECHO } }) },
  { place: "flows/tutti.yaml", text: JSON.stringify({ servers: { echo: ECHO } }) },
])("$place is found", async ({ place, text }) => {
  using world = bareWorld();
  world.write(place, text);
  expect(await world.json("run", "flows/w.yaml")).toMatchObject({ outcome: "completed", steps: [{ output: { said: "hello" } }] });
});

test("--config outranks TUTTI_CONFIG, which outranks what lies about", async () => {
  using world = bareWorld();
  world.write("elsewhere/right.yaml", JSON.stringify({ servers: { echo: ECHO } }));
  world.write("elsewhere/wrong.yaml", JSON.stringify({ servers: { other: ECHO } }));
  world.write("tutti.yaml", JSON.stringify({ servers: { third: ECHO } }));
  const servers = async (environment: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<unknown> =>
    JSON.parse((await runCommand(["servers", "list", "--json", ...options], world.path, environment)).stdout) as unknown;
  const named = (name: string): unknown => ({ servers: [expect.objectContaining({ name })] });
  expect(await servers({})).toEqual(named("third"));
  expect(await servers({ TUTTI_CONFIG: "elsewhere/wrong.yaml" })).toEqual(named("other"));
  expect(await servers({ TUTTI_CONFIG: "elsewhere/wrong.yaml" }, "--config", "elsewhere/right.yaml")).toEqual(named("echo"));
});

test("--data-dir outranks TUTTI_DATA_DIR, which outranks the configuration", async () => {
  using world = bareWorld();
  world.write("tutti.yaml", "data_dir: configured\n");
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  const executions = async (place: string): Promise<number> =>
    (await world.json<{ readonly executions: readonly unknown[] }>("executions", "list", "--data-dir", place)).executions.length;
  await runCommand(["run", "w.yaml"], world.path);
  await runCommand(["run", "w.yaml"], world.path, { TUTTI_DATA_DIR: "from-environment" });
  await runCommand(["run", "w.yaml", "--data-dir", "from-option"], world.path, { TUTTI_DATA_DIR: "from-environment" });
  expect(await Promise.all(["configured", "from-environment", "from-option"].map(executions))).toEqual([1, 1, 1]);
});

test("where it listens is taken from --port, then TUTTI_PORT, then the documented name, then the configuration", async () => {
  using world = bareWorld();
  // Each of these belongs to another service, and the refusal says which one was meant.
  world.write("tutti.yaml", "serve: { port: 3000 }\n");
  const documented = { CAELUM_WORKFLOW_ORCHESTRATION_PORT: "5432" };
  const refused = async (environment: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<string> =>
    (await runCommand(["serve", ...options], world.path, environment)).stderr;
  expect(await refused({})).toContain("port 3000 is registered for grafana");
  expect(await refused(documented)).toContain("port 5432 is registered for postgresql");
  expect(await refused({ ...documented, TUTTI_PORT: "6379" })).toContain("port 6379 is registered for redis");
  expect(await refused({ ...documented, TUTTI_PORT: "6379" }, "--port", "9090")).toContain("port 9090 is registered for prometheus");
  const wrong = await runCommand(["serve"], world.path, { TUTTI_PORT: "x", CAELUM_WORKFLOW_ORCHESTRATION_HOST: "http://a" });
  expect(wrong).toMatchObject({
    exitCode: 65,
    stderr: expect.stringMatching(/CAELUM_WORKFLOW_ORCHESTRATION_HOST:1:1: [^]*TUTTI_PORT:1:1: /),
  });
  const open = await runCommand(["serve"], world.path, { CAELUM_WORKFLOW_ORCHESTRATION_HOST: "0.0.0.0" });
  expect(open).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("nobody is asked who they are") });
});

test("the documented names of directories are known", async () => {
  using world = bareWorld();
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  await runCommand(["run", "w.yaml"], world.path, { CAELUM_WORKFLOW_DATA_DIR: "elsewhere/data" });
  expect(statSync(join(world.path, "elsewhere/data")).mode & 0o777).toBe(0o700);
});

test("tutti.yaml adds to the servers of an mcp.json, and both may use variables", async () => {
  using world = bareWorld();
  world.write("mcp.json", JSON.stringify({ mcpServers: { echo: { ...ECHO, args: ["${ECHO_FILE}"] }, off: { command: "${NOT_SET}" } } }));
  world.write("tutti.yaml", "mcp: mcp.json\nservers:\n  echo: { effects: { echo: once } }\n  off: { disabled: true }\n");
  const [file = ""] = ECHO.args;
  const planned = await runCommand(["plan", "flows/w.yaml", "--json"], world.path, { ECHO_FILE: file });
  expect(JSON.parse(planned.stdout)).toMatchObject({ problems: [], plan: { steps: [{ effect: "once" }] } });
});

test("everything that is wrong in a configuration is told at once, with its place, before anything is started", async () => {
  using world = bareWorld();
  world.write(
    "tutti.yaml",
    "servers:\n  echo: { comand: node, arguments: [] }\n  web: { url: ftp://x }\n  var: { command: '${NOT_SET_ANYWHERE}' }\nsecret: {}\n",
  );
  const { exitCode, stdout, stderr } = await world.run("run", "flows/w.yaml");
  expect({ exitCode, stdout }).toEqual({ exitCode: 65, stdout: "" });
  expect(stderr).toMatch(/^tutti\.yaml:2:11: unknown key "comand" - did you mean "command"\?\n/);
  expect(stderr).toMatch(/\ntutti\.yaml:3:15: "ftp:\/\/x" is no address/);
  expect(stderr).toMatch(/\ntutti\.yaml:4:\d+: .*NOT_SET_ANYWHERE/);
  expect(stderr).toMatch(/\ntutti\.yaml:5:1: unknown key "secret" - did you mean "secrets"\?\n/);
  expect(stderr).toMatch(/\n\d problems\n$/);
});

test("without a configuration a workflow that needs a server says that there is none", async () => {
  using world = bareWorld();
  const { exitCode, stderr } = await world.run("run", "flows/w.yaml");
  expect(exitCode).toBe(65);
  expect(stderr).toMatch(/no configuration was found, so there are no servers: see --config\n[^]*w\.yaml:3:20: .*"echo/);
});

test("the commands that are printed find the configuration and the data again", async () => {
  using world = bareWorld();
  world.write("flows/mcp.json", JSON.stringify({ mcpServers: { echo: ECHO } }));
  world.write(
    "flows/ask.yaml",
    "id: ask\nsteps:\n  - { id: ask, approval: { message: Go? } }\n  - { id: a, needs: [ask], tool: echo.echo }\n",
  );
  const { stdout } = await world.run("run", "flows/ask.yaml", "--data-dir", "my data");
  const commands = [...stdout.matchAll(/^ {4}tutti (.*)$/gm)].map(([, command = ""]) => command);
  const [approve = "", , resume = ""] = commands;
  expect(resume).toMatch(/^executions resume \S+ --config flows\/mcp\.json --data-dir 'my data'$/);
  const words = (command: string): readonly string[] =>
    command
      .replace("'my data'", "my_data")
      .split(" ")
      .map((word) => word.replace("_", " "));
  expect(await world.run(...words(approve))).toMatchObject({ exitCode: 0 });
  expect(await world.run(...words(resume))).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("completed in") });
});
