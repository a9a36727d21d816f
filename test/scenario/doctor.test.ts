import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCommand } from "../support/built-command.ts";
import { commandWorld } from "../support/command-world.ts";
import type { CommandWorld } from "../support/command-world.ts";

interface Examined {
  readonly status: "ok" | "warn" | "bad";
  readonly findings: readonly { readonly area: string; readonly status: string; readonly message: string; readonly advice?: string }[];
}

async function examined(world: CommandWorld, ...args: readonly string[]): Promise<Examined> {
  return await world.json<Examined>("doctor", ...args);
}

/** What is not as it should be, in a line each. */
async function strange(world: CommandWorld, ...args: readonly string[]): Promise<readonly string[]> {
  const { findings } = await examined(world, ...args);
  return findings.filter(({ status }) => status !== "ok").map(({ area, status, message }) => `${area} ${status}: ${message}`);
}

test("where everything is as it should be all is well, and nothing is made by looking", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("tutti.yaml", `${readFileSync(join(world.path, "tutti.yaml"), "utf8")}serve: { port: 0 }\n`);
  expect(await world.run("doctor")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/servers +echo: answers, with \d+ tools[^]*all is well\n$/),
    stderr: "",
  });
  expect(readdirSync(world.path)).toEqual(["tutti.yaml"]);
  await world.untilNothingRuns();
});

test("what is wrong with a configuration is told with all that can be told without it", async () => {
  using world = commandWorld();
  world.write("tutti.yaml", "nope: 1\nserve: { port: x }\n");
  const { exitCode, stdout } = await world.run("doctor");
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/✖ +configuration +tutti\.yaml:1:1: unknown key "nope"[^]*\n +1 \| nope: 1\n[^]*tutti\.yaml:2:16: "port" must be/);
  expect(stdout).toMatch(/data +\S+\.tutti is not there yet/);
  expect(stdout).toContain("2 things are bad");
});

const CONFIG = `
servers:
  none: { command: nowhere-to-be-found }
api_keys:
  - { name: old, tenant: t, sha256: ${"a".repeat(64)}, expires: 2020-01-31 }
identity: { issuer: me, audience: it, jwks: nokeys.json }
operations: { a: a.yaml, b: b.yaml }
checks: { x: { command: nope-nope }, y: { command: node } }
pattern_dir: patterns
serve: { port: 8086 }
`;

test("everything that a configuration speaks of and that is not there is told at once, with what to do", async () => {
  using world = commandWorld();
  world.write("tutti.yaml", CONFIG);
  world.write("a.yaml", 'id: a\nsteps:\n  - { id: x, tool: none.x, with: { word: "${{ secrets.WORD }}" } }\n');
  chmodSync(join(world.path, "tutti.yaml"), 0o666);
  const path = (name: string): string => join(world.path, name);
  expect(await strange(world)).toEqual([
    `configuration warn: ${path("tutti.yaml")} can be changed by other users`,
    "access bad: the API key old ended on 2020-01-31",
    expect.stringContaining(`access bad: the keys of me cannot be read from ${path("nokeys.json")}: ENOENT`),
    "checks bad: the check x starts nope-nope, which is not there or cannot be started",
    `patterns bad: there is no folder ${path("patterns")}`,
    `secrets bad: there is no secret WORD, which ${path("a.yaml")} uses`,
    `workflows bad: ${path("b.yaml")} of the operation b cannot be read`,
    expect.stringMatching(/^ports bad: server: port 8086 is registered for influxdb; caelum-workflow-orchestration has 8113; free/),
    expect.stringMatching(/^servers bad: server "none" is not available/),
  ]);
  expect(await strange(world, "--no-servers")).not.toContainEqual(expect.stringContaining("servers bad"));
  const set = { TUTTI_SECRET_WORD: "w" };
  expect((await runCommand(["doctor", "--no-servers"], world.path, set)).stdout).not.toContain("there is no secret WORD");
  expect(existsSync(path(".tutti"))).toBe(false);
});

test("of a port that is taken it is told who has it", async () => {
  using world = commandWorld();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  world.write("tutti.yaml", `serve: { port: ${port} }\n`);
  try {
    const who = process.platform === "linux" ? ` \\(process ${process.pid}, .*\\)` : "";
    expect(await strange(world)).toEqual([
      expect.stringMatching(
        `^ports warn: server: port ${port} of 127\\.0\\.0\\.1 is taken by another program${who}: .*free and unreserved: \\d+$`,
      ),
    ]);
  } finally {
    taken.close();
  }
});

test("a data directory that others can read, that is damaged or left behind is told, and left as it is", async () => {
  using world = commandWorld();
  world.write("w.yaml", "id: w\nsteps:\n  - { id: a, value: 1 }\n");
  world.write("tutti.yaml", "serve: { port: 0 }\n");
  await world.run("run", "w.yaml");
  expect(await strange(world)).toEqual([]);
  const directory = join(world.path, ".tutti");
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, "owner.json"), '{"pid": 1}\n', { mode: 0o600 });
  truncateSync(join(directory, "journal.db"), 9_000);
  expect(await strange(world)).toEqual([
    `data warn: ${directory} can be read by other users`,
    "data warn: left by a process that died before it could clean up",
    expect.stringMatching(/^data bad: \S+journal\.db is damaged/),
  ]);
  expect(readFileSync(join(directory, "journal.db")).length).toBe(9_000);
});

test("a process that serves is no stranger at its own port", async () => {
  using world = commandWorld();
  await using running = world.start("serve", "--port", "0", "--json");
  const [, port = ""] = await running.printed(/127\.0\.0\.1:(\d+)"/);
  world.write("tutti.yaml", `serve: { port: ${port} }\n`);
  const { status, findings } = await examined(world);
  const messages = findings.map(({ message }) => message);
  expect(messages).toContain(`in use by process ${running.process.pid}`);
  expect([status, messages]).toEqual([
    process.platform === "linux" ? "ok" : "warn",
    expect.arrayContaining([expect.stringContaining(process.platform === "linux" ? `process ${running.process.pid}` : `port ${port}`)]),
  ]);
});

test("a place where no data can be made is told", async () => {
  using world = commandWorld();
  mkdirSync(join(world.path, "d"));
  world.write("file", "");
  expect(await strange(world, "--data-dir", "file")).toContainEqual(
    expect.stringMatching(/^data bad: \S+file is a file, and the data need a folder/),
  );
});
