import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { COMMAND } from "../../support/built-command.ts";
import { commandWorld } from "../../support/command-world.ts";
import type { CommandWorld, ExecutionDocument } from "../../support/command-world.ts";

interface Listed {
  readonly executions: readonly { readonly execution_id: string; readonly outcome: string | null }[];
}

/** A world in whose data directory one execution has ended, and one waits for a person. */
async function usedWorld(): Promise<CommandWorld & { readonly journal: string; readonly ended: string; readonly waiting: string }> {
  const world = commandWorld();
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  world.write("ask.yaml", "id: ask\nsteps:\n  - { id: ask, approval: { message: Go on? } }\n  - { id: b, needs: [ask], value: 2 }\n");
  const { execution_id: ended } = await world.json<ExecutionDocument>("run", "w.yaml");
  const { execution_id: waiting } = await world.json<ExecutionDocument>("run", "ask.yaml");
  return { ...world, journal: join(world.path, ".tutti/journal.db"), ended, waiting };
}

/** What every command that needs the journal says when it cannot be used. */
async function refusals(world: CommandWorld): Promise<readonly string[]> {
  const commands = [
    ["run", "w.yaml"],
    ["executions", "list"],
    ["executions", "check"],
  ];
  const told: string[] = [];
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await world.run(...command);
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: "" });
    told.push(stderr);
  }
  return told;
}

test("a journal that is no journal is refused in one sentence by every command, and left as it is", async () => {
  using world = commandWorld();
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  mkdirSync(join(world.path, ".tutti"));
  world.write(".tutti/journal.db", "Dear diary, today I was overwritten.\n");
  for (const told of await refusals(world)) {
    expect(told).toMatch(
      /^tutti: \S+journal\.db is not a file of Tutti, or its beginning is lost; name another data directory, or move .*\n$/,
    );
  }
  expect(readFileSync(join(world.path, ".tutti/journal.db"), "utf8")).toBe("Dear diary, today I was overwritten.\n");
  expect(await world.json("run", "w.yaml")).toMatchObject({ error: { code: "journal.unusable", details: { reason: "foreign" } } });
});

test("a journal of which the end is missing is called damaged by every command, and left as it is", async () => {
  using world = await usedWorld();
  truncateSync(world.journal, 9_000);
  for (const told of await refusals(world))
    expect(told).toMatch(/^tutti: \S+journal\.db is damaged; put a backup in its place, or move it away.*\n$/);
  expect(statSync(world.journal).size).toBe(9_000);
});

test("a journal of a newer version is not touched", async () => {
  using world = await usedWorld();
  {
    using database = new DatabaseSync(world.journal);
    database.exec("INSERT INTO migrations (id, name, sha256, applied_at_ms) SELECT 999, 'of the future', 'x', 0");
  }
  const before = readFileSync(world.journal);
  for (const told of await refusals(world)) {
    expect(told).toMatch(/^tutti: \S+journal\.db was written by a newer version of Tutti; use that version or a later one .*\n$/);
  }
  expect(readFileSync(world.journal).equals(before)).toBe(true);
});

test.each(["file/data", "/proc/tutti", "/dev/null", "file"])(
  "%s, where nothing can be written, is refused, also for the background",
  async (place) => {
    using world = commandWorld();
    world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
    world.write("file", "");
    for (const more of [[], ["--detach"]]) {
      expect(await world.run("run", "w.yaml", "--data-dir", place, ...more)).toEqual({
        exitCode: 69,
        signal: null,
        stdout: "",
        stderr: expect.stringMatching(/^tutti: \S+ cannot be written; name a data directory in which you may write \(.*\)\n$/),
      });
    }
  },
);

test("an execution for which the disk has no room ends in one sentence, and goes on when there is room", async () => {
  using world = commandWorld();
  const text = "a text that makes the journal larger than it may be ".repeat(20);
  world.write(
    "big.yaml",
    `id: big\nsteps:\n  - { id: a, for_each: "\${{ range(500) }}", value: "\${{ item }} ${text}" }\noutput: \${{ size(steps.a.output) }}\n`,
  );
  const shell = spawn("bash", ["-c", `ulimit -f 200; exec "${process.execPath}" "${COMMAND}" run big.yaml`], {
    cwd: world.path,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  shell.stderr.setEncoding("utf8").on("data", (words: string) => (errors += words));
  expect(await once(shell, "close")).toEqual([69, null]);
  expect(errors).toMatch(/^tutti: \S+journal\.db[^\n]*\n$/);
  expect(await world.run("executions", "check")).toMatchObject({ exitCode: 0, stdout: "the journal is sound\n" });
  expect(await world.json("executions", "resume")).toMatchObject([{ outcome: "completed", output: 500 }]);
});

test("a backup holds everything, wherever it is put back", async () => {
  using world = await usedWorld();
  const made = await world.run("executions", "backup", "kept/monday", "--json");
  expect(made).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(made.stdout)).toEqual({ directory: expect.stringMatching(/kept\/monday$/) });
  expect(await world.run("executions", "backup", "kept/monday")).toMatchObject({
    exitCode: 65,
    stderr: expect.stringContaining("already exists"),
  });
  cpSync(join(world.path, "kept/monday"), join(world.path, "restored"), { recursive: true });

  const { executions } = await world.json<Listed>("executions", "list", "--data-dir", "restored");
  expect(executions.map(({ execution_id }) => execution_id)).toEqual([world.waiting, world.ended]);
  await world.run("executions", "approve", world.waiting, "--data-dir", "restored");
  expect(await world.json("executions", "resume", "--data-dir", "restored")).toMatchObject([{ outcome: "completed" }]);
  expect(await world.json("executions", "show", world.waiting)).toMatchObject({ status: "paused", outcome: null });
});

test("pruning forgets what has ended long enough ago, and nothing that can go on", async () => {
  using world = await usedWorld();
  expect(await world.run("executions", "prune", "--older-than", "1h")).toMatchObject({ exitCode: 0, stdout: "forgot 0 executions, 0 B\n" });
  expect(await world.run("executions", "prune", "--older-than", "0s")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^forgot 1 execution, [\d.]+ [kMG]?i?B\n$/),
  });
  expect(await world.run("executions", "show", world.ended)).toMatchObject({ exitCode: 66 });
  expect(await world.json("executions", "list")).toMatchObject({ executions: [{ execution_id: world.waiting }] });
  expect(await world.run("executions", "check")).toMatchObject({ exitCode: 0 });
});

test("commands that only look make no data directory", async () => {
  using world = commandWorld();
  expect(await world.run("executions", "list")).toMatchObject({ exitCode: 0, stdout: "no executions\n" });
  expect(await world.run("executions", "check")).toMatchObject({ exitCode: 0 });
  expect(await world.run("executions", "show", "0193f2c7")).toMatchObject({ exitCode: 66 });
  expect(await world.run("executions", "backup", "copy")).toMatchObject({ exitCode: 66 });
  expect([".tutti", "copy"].map((name) => existsSync(join(world.path, name)))).toEqual([false, false]);
});
