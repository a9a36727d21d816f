import { appendFileSync, globSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Environment, runCommand, startCommand } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../../support/command-world.ts";

const IN_FILE = "kept-in-a-file-4711";
const IN_ENVIRONMENT = 'kept in the "environment" 0815';
const environment: Environment = { TUTTI_SECRET_TOKEN: IN_ENVIRONMENT, TUTTI_LOG_LEVEL: "info" };

const workflow = `
id: w
steps:
  - id: give
    tool: gossip.give
    with: { token: "\${{ secrets.TOKEN }}", header: "Bearer \${{ secrets.FILED }}!", deep: [{ again: "\${{ secrets.TOKEN }}" }] }
  - { id: ask, needs: [give], tool: gossip.ask }
  - { id: complain, needs: [ask], tool: gossip.complain, on_error: continue }
  - { id: die, needs: [ask], if: "failed('complain')", tool: gossip.die, retry: { max_attempts: 1 }, on_error: continue }
  - { id: rest, if: "failed('die')", sleep: 300ms }
output: { given: "\${{ steps.give.output }}", asked: "\${{ steps.ask.output }}" }
`;

/** A world with a server that repeats all that it hears, and a secret in a file. */
function gossipWorld(): CommandWorld {
  const world = commandWorld({ gossip: "tells-all.ts" });
  appendFileSync(join(world.path, "tutti.yaml"), "secrets: { file: words.env }\n");
  writeFileSync(join(world.path, "words.env"), `FILED=${IN_FILE}\n`, { mode: 0o600 });
  world.write("w.yaml", workflow);
  return world;
}

/** The secrets that stand somewhere in these bytes, as they are or inside of JSON. */
function secretsIn(bytes: Buffer | string): readonly string[] {
  return [IN_FILE, IN_ENVIRONMENT, JSON.stringify(IN_ENVIRONMENT).slice(1, -1)].filter((secret) => bytes.includes(secret));
}

/** Every file below the data directory, by name, that holds a secret. Journals of SQLite may go while we look. */
function filesWithSecrets(world: CommandWorld): readonly string[] {
  const files = globSync(join(world.path, ".tutti/**/*")).flatMap((file) => {
    const bytes = bytesOf(file);
    return bytes === undefined ? [] : [{ file, bytes }];
  });
  expect(files.length).toBeGreaterThan(2);
  return files.filter(({ bytes }) => secretsIn(bytes).length > 0).map(({ file }) => file);
}

/** Undefined for what is none, or is no longer there. */
function bytesOf(file: string): Buffer | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file) : undefined;
  } catch (error) {
    if ((error as Error).message.startsWith("ENOENT")) return undefined;
    throw error;
  }
}

test("a secret reaches the server, and whatever the server repeats reaches neither output nor disk", async () => {
  using world = gossipWorld();
  const hidden = { token: "[secret TOKEN]", header: "Bearer [secret FILED]!", deep: [{ again: "[secret TOKEN]" }] };
  await using run = startCommand(["run", "w.yaml", "--json"], world.path, environment);
  await run.printed(/it was given/, "stderr");
  expect(filesWithSecrets(world)).toEqual([]);
  const { exitCode, stdout, stderr } = await run.finished;
  expect(exitCode).toBe(2);
  const document = JSON.parse(stdout) as ExecutionDocument;
  expect(document).toMatchObject({
    output: { given: { given: hidden }, asked: { given: hidden } },
    steps: [
      { status: "completed" },
      { status: "completed" },
      { status: "failed", error: { message: `cannot use ${JSON.stringify(hidden)}` } },
      { status: "failed", error: { message: expect.stringContaining("its last words: it was given") } },
      { status: "completed" },
    ],
  });
  const shown = await world.run("executions", "show", document.execution_id);
  const events = await world.run("executions", "events", document.execution_id, "--json");
  const backup = await world.run("executions", "backup", ".tutti/copy");
  expect(backup.exitCode).toBe(0);
  expect([stdout, stderr, shown.stdout, events.stdout].flatMap(secretsIn)).toEqual([]);
  expect(filesWithSecrets(world)).toEqual([]);
});

test("a run in the background writes no secret into its log, and shows none among the arguments of processes", async () => {
  using world = gossipWorld();
  const detached = await runCommand(["run", "w.yaml", "--detach", "--json"], world.path, environment);
  const { execution_id: id, pid, log } = JSON.parse(detached.stdout) as { execution_id: string; pid: number; log: string };
  expect(secretsIn(readFileSync(`/proc/${pid}/cmdline`))).toEqual([]);
  expect(await world.run("executions", "watch", id)).toMatchObject({ exitCode: 2 });
  await world.untilNothingRuns();
  expect(readFileSync(log, "utf8")).toContain("it was given");
  expect(filesWithSecrets(world)).toEqual([]);
});

test("a secret that is nowhere fails the call before it is sent, and says where it is looked for", async () => {
  using world = gossipWorld();
  const { exitCode, stdout } = await world.run("run", "w.yaml", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    steps: [{ error: { message: 'there is no secret "TOKEN": set TUTTI_SECRET_TOKEN or put it into the secrets file' } }, {}, {}, {}, {}],
  });
});

test("a secrets file that others can read is told", async () => {
  using world = gossipWorld();
  writeFileSync(join(world.path, "open.env"), "FILED=x\n", { mode: 0o644 });
  world.write("tutti.yaml", readFileSync(join(world.path, "tutti.yaml"), "utf8").replace("words.env", "open.env"));
  const { stderr } = await runCommand(["run", "w.yaml", "--json"], world.path, { TUTTI_SECRET_TOKEN: IN_ENVIRONMENT });
  expect(stderr).toContain("open.env can be read by other users");
});
