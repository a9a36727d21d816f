import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CommandWorld } from "../../support/command-world.ts";
import { commandWorld } from "../../support/command-world.ts";

const WORKFLOW = `id: w
steps:
  - id: here
    tool: good.echo
  - id: ask
    needs: [here]
    approval: { message: "Go on?" }
  - id: there
    needs: [ask]
    tool: web.fetch
`;

/** Demands something of servers, of which one is elsewhere. */
function demand(world: CommandWorld, demands: string, web: string): void {
  const text = readFileSync(join(world.path, "tutti.yaml"), "utf8").replace(/ {2}web:[^]*/, "");
  world.write("tutti.yaml", `${text}  web: ${web}\nsecurity: { require: [${demands}] }\n`);
}

const OPEN = '{ url: "http://web.example/mcp", insecure: true }';

test.each([["validate"], ["plan"], ["run"]])("%s refuses a workflow that uses a server that is not what is demanded", async (command) => {
  using world = commandWorld({ good: "echo.ts" });
  demand(world, "authenticated, encrypted, audited", OPEN);
  world.write("w.yaml", WORKFLOW);
  const { exitCode, stderr, stdout } = await world.run(command, "w.yaml");
  expect(exitCode).toBe(65);
  expect(stderr + stdout).toMatch(
    /^w\.yaml:10:11: server "web" must be authenticated, and has neither .*; server "web" must be encrypted, and its address .*$/m,
  );
  expect(stderr + stdout).toContain("1 problem");
});

test("an execution that was begun does not go on with a server that is not what is demanded now", async () => {
  using world = commandWorld({ good: "echo.ts", web: "echo.ts" });
  world.write("w.yaml", WORKFLOW.replace("web.fetch", "web.echo"));
  const { execution_id: id } = await world.json<{ readonly execution_id: string }>("run", "w.yaml");
  demand(world, "encrypted", OPEN);
  const message = 'cannot go on with this configuration: server "web" must be encrypted';
  expect(await world.run("executions", "resume", id)).toMatchObject({ exitCode: 65, stderr: expect.stringContaining(message) });
  expect(await world.run("servers", "tools", "web")).toMatchObject({ exitCode: 65, stderr: expect.stringContaining("must be encrypted") });
});

test("what was interrupted and may not go on keeps nothing else from it", async () => {
  using world = commandWorld({ web: "echo.ts" });
  world.write("nap.yaml", "id: nap\nsteps:\n  - { id: rest, sleep: 1h }\n  - { id: then, needs: [rest], tool: web.echo }\n");
  await using napping = world.start("run", "nap.yaml");
  await napping.printed(/rest/);
  napping.process.kill("SIGKILL");
  await napping.finished;
  demand(world, "encrypted", OPEN);
  await using resuming = world.start("executions", "resume");
  const [said] = await resuming.printed(/cannot go on with this configuration.*/, "stderr");
  expect(said).toContain('server "web" must be encrypted');
});

test("an audit log that cannot be written blocks workflows where calls must be audited", async () => {
  using world = commandWorld({ good: "echo.ts" });
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, tool: good.echo }\n");
  demand(world, "audited", '{ url: "http://127.0.0.1:9" }');
  expect(await world.run("run", "w.yaml")).toMatchObject({ exitCode: 0 });
  writeFileSync(join(world.path, ".tutti/audit.db"), "not a database");
  expect(await world.run("run", "w.yaml")).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining('calls of server "good" must be audited, and the audit log cannot be written'),
  });
});
