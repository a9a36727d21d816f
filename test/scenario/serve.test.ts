import { existsSync, renameSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { startCommand } from "../support/built-command.ts";
import type { Environment, RunningCommand } from "../support/built-command.ts";
import { commandWorld } from "../support/command-world.ts";
import type { CommandWorld } from "../support/command-world.ts";
import { parsePrometheus, sampleValue } from "../support/prometheus.ts";
import type { ParsedFamily } from "../support/prometheus.ts";
import { startListening } from "../support/servers/test-connections.ts";

const TWICE = "id: twice\nsteps:\n  - { id: a, for_each: [1, 2], tool: echo.echo, with: { word: x, size: 3 } }\n";
const QUESTION =
  'id: question\nsteps:\n  - { id: ask, approval: { message: "Go on?", timeout: 1h } }\n  - { id: then, needs: [ask], value: done }\n';

interface Served extends AsyncDisposable {
  readonly url: string;
  readonly process: RunningCommand;
}

async function serve(world: CommandWorld, environment: Environment = {}): Promise<Served> {
  const running = startCommand(["serve", "--port", "0"], world.path, environment);
  const [, url = ""] = await running.printed(/at (http:\S+)/);
  return { url, process: running, [Symbol.asyncDispose]: async () => await running[Symbol.asyncDispose]() };
}

async function metricsOf({ url }: Served): Promise<ReadonlyMap<string, ParsedFamily>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return parsePrometheus(await response.text());
}

/** The messages of its log, each of which must be a line of JSON. */
function messages(stderr: string): readonly string[] {
  return stderr
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
}

test("a run is carried out by the process that serves, which measures it, and ends with 0 when it is told to, leaving nothing", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("twice.yaml", TWICE);
  await using served = await serve(world);
  expect(await world.run("run", "twice.yaml")).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^process \d+ owns the data directory/),
  });
  const metrics = await metricsOf(served);
  expect(sampleValue(metrics, "tutti_calls_total", { server: "echo", tool: "echo", outcome: "succeeded" })).toBe(2);
  expect(sampleValue(metrics, "tutti_call_duration_seconds_count", { server: "echo" })).toBe(2);
  expect(sampleValue(metrics, "tutti_executions_total", { workflow: "twice", outcome: "completed" })).toBe(1);
  expect(sampleValue(metrics, "tutti_executions_running")).toBe(0);
  expect(sampleValue(metrics, "tutti_resource_capacity", { server: "echo", resource: "places" })).toBe(5);
  const health = await fetch(`${served.url}/health`, { method: "POST" });
  expect([health.status, await health.json()]).toMatchObject([
    200,
    { status: "healthy", servers: [{ server: "echo", status: "healthy", replicas: [{ changes: [{ from: "unknown", to: "healthy" }] }] }] },
  ]);
  expect(await world.run("servers", "list", "--stats")).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\necho +2 /) });
  expect(await world.json("servers", "list", "--stats")).toMatchObject({
    servers: [{ server: "echo", calls: 2, errors: 0, in_flight: 0 }],
  });
  served.process.process.kill("SIGTERM");
  const { exitCode, stderr } = await served.process.finished;
  expect(exitCode).toBe(0);
  const told = messages(stderr).filter((message) => !message.startsWith("a server is "));
  expect(told).toEqual(["serving", "an execution has started", "an execution has ended", "closing", "closed"]);
  await world.untilNothingRuns();
  expect(existsSync(join(world.path, ".tutti/owner.sock"))).toBe(false);
  await expect(fetch(served.url)).rejects.toThrow("fetch failed");
  expect(await world.run("servers", "list", "--stats")).toMatchObject({
    exitCode: 0,
    stderr: expect.stringContaining("no process owns the data directory"),
  });
});

test("what was interrupted goes on when somebody serves, and what has not ended can be taken up after that", async () => {
  using world = commandWorld();
  world.write("question.yaml", QUESTION);
  await using first = world.start("run", "question.yaml");
  const [, id = ""] = await first.printed(/^execution (\S+)[^]*waits for approval/);
  first.process.kill("SIGKILL");
  await first.finished;
  {
    await using served = await serve(world);
    await served.process.printed(/1 interrupted execution goes on/);
    served.process.process.kill("SIGTERM");
    expect(await served.process.finished).toMatchObject({ exitCode: 0 });
  }
  await using served = await serve(world);
  expect(await world.run("executions", "approve", id, "--by", "Ada")).toMatchObject({ exitCode: 0 });
  for (let look = 0; look < 200; look += 1) {
    if (sampleValue(await metricsOf(served), "tutti_executions_total", { workflow: "question", outcome: "completed" }) === 1) break;
    await pause(20);
  }
  expect(await world.json("executions", "show", id)).toMatchObject({ outcome: "completed" });
});

test("a run that somebody waits for goes on when the process that serves is told to end", async () => {
  using world = commandWorld();
  world.write("question.yaml", QUESTION);
  await using served = await serve(world);
  await using run = world.start("run", "question.yaml");
  const [, id = ""] = await run.printed(/^execution (\S+)[^]*waits for approval/);
  served.process.process.kill("SIGINT");
  expect(await served.process.finished).toMatchObject({ exitCode: 0 });
  expect(await world.run("executions", "approve", id)).toMatchObject({ exitCode: 0 });
  expect(await run.finished).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/output +done|completed in/) });
});

test("a port that is taken, an address of other machines and a second process that serves are refused with what would be right", async () => {
  using world = commandWorld();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  try {
    expect(await world.run("serve", "--port", String(port))).toMatchObject({
      exitCode: 69,
      stderr: expect.stringMatching(
        `port ${port} of 127.0.0.1 is taken by another program: end that, or choose another port; free and unreserved: 81\\d\\d\\n`,
      ),
    });
  } finally {
    taken.close();
  }
  for (const host of ["0.0.0.0", "::", "192.168.0.7", "example.org"]) {
    expect(await world.run("serve", "--host", host)).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining(`"${host}" can be reached from other machines, and nobody is asked who they are`),
    });
  }
  expect(await world.run("serve", "--port", "8086")).toMatchObject({
    exitCode: 69,
    stderr: expect.stringMatching(
      /port 8086 is registered for influxdb; caelum-workflow-orchestration has 8113; free and unreserved: 81\d\d\n/,
    ),
  });
  expect(await world.run("serve", "--port", "70000")).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("0 to 65535") });
  await using served = await serve(world);
  expect(await world.run("serve", "--port", "0")).toMatchObject({
    exitCode: 69,
    stderr: expect.stringContaining(`is in use by process ${served.process.process.pid}`),
  });
});

test("a process that serves ends when its journal cannot be used any more, so that another one can begin anew", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("twice.yaml", TWICE);
  await using served = await serve(world);
  renameSync(join(world.path, ".tutti/journal.db"), join(world.path, "elsewhere.db"));
  // Whoever comes before it has noticed is refused, and whoever comes after that begins anew.
  expect([0, 69]).toContain((await world.run("run", "twice.yaml")).exitCode);
  expect(await served.process.finished).toMatchObject({ exitCode: 69, stderr: expect.stringContaining("journal.db cannot be used") });
  await world.untilNothingRuns();
});

test("with --json one document says where it serves, and the log is as quiet as it was asked to be", async () => {
  using world = commandWorld();
  await using running = startCommand(["serve", "--port", "0", "--json"], world.path, { TUTTI_LOG_LEVEL: "error" });
  const [text = ""] = await running.printed(/^\{[^]*\}\n/);
  expect(JSON.parse(text)).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    data_directory: expect.stringMatching(/\.tutti$/),
    pid: running.process.pid,
    resumed: 0,
  });
  running.process.kill("SIGTERM");
  expect(await running.finished).toMatchObject({ exitCode: 0, stderr: "" });
});

test("at level trace the log says where the time of a call went, and never what was sent", async () => {
  using world = commandWorld({ echo: "echo.ts" });
  world.write("twice.yaml", TWICE.replace("word: x", "word: hunter2"));
  await using served = await serve(world, { LOG_LEVEL: "trace" });
  await world.run("run", "twice.yaml");
  served.process.process.kill("SIGTERM");
  const { stderr } = await served.process.finished;
  const traced = stderr.split("\n").filter((line) => line.includes("stages_ms"));
  expect(traced).toHaveLength(2);
  expect(JSON.parse(traced[0] ?? "")).toMatchObject({
    level: "trace",
    workflow_id: "twice",
    server: "echo",
    tool: "echo",
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    stages_ms: { measure: expect.any(Number), server: expect.any(Number) },
  });
  expect(stderr).not.toContain("hunter2");
});

test("servers that are reached over HTTP can be used by the process that answers HTTP itself", async () => {
  await using listening = await startListening("http-odd.ts");
  using world = commandWorld();
  world.write("tutti.yaml", `servers: { far: { url: "${listening.url}" } }\n`);
  world.write("far.yaml", "id: far\nsteps:\n  - { id: a, tool: far.echo }\n");
  await using served = await serve(world);
  expect(await world.run("run", "far.yaml")).toMatchObject({ exitCode: 0 });
  expect(sampleValue(await metricsOf(served), "tutti_calls_total", { server: "far", tool: "echo", outcome: "succeeded" })).toBe(1);
});
