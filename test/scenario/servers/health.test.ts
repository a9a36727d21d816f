import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { ServerPool } from "../../../src/main/server-pool.ts";
import type { HealthState } from "../../../src/model/health.ts";
import type { ServerConfig } from "../../../src/model/server.ts";
import { processesIn } from "../../support/processes-in.ts";
import { untilNoneRuns } from "../../support/servers/running.ts";
import { testServer } from "../../support/servers/test-connections.ts";
import { openTestPool } from "../../support/servers/test-pool.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const { signal } = new AbortController();
const OFTEN_MS = 200;

/** A server that cannot be started while there is a file named `down` beside it. */
function fragileServer(name: string, directory: string): ServerConfig {
  const { connection } = testServer("echo.ts");
  if (connection.kind !== "stdio") throw new Error("test servers are processes");
  const command = [connection.command, ...connection.args].map((part) => `'${part}'`).join(" ");
  const script = `test -e down && { echo "it is down" >&2; exit 1; }; exec ${command}`;
  return testServer("echo.ts", [], {
    name,
    healthIntervalMs: OFTEN_MS,
    connection: { kind: "stdio", command: "sh", args: ["-c", script], env: {}, cwd: directory },
  });
}

/** Waits until a replica is in one of these states. */
async function until(pool: ServerPool, connection: string, ...states: readonly HealthState[]): Promise<void> {
  await untilTrue(() => states.includes(pool.health.stateOf(connection)), `${connection} is ${states.join(" or ")}`);
}

async function untilTrue(condition: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`it never came to it that ${what}`);
    await wait(20);
  }
}

test("a server that is killed is unreachable while it cannot be started, and healthy again when it can, without a restart of ours", async () => {
  using directory = temporaryDirectory();
  await using pool = openTestPool([fragileServer("s", directory.path)]);
  await pool.about.tools("s", signal);
  await until(pool, "s", "healthy");
  writeFileSync(join(directory.path, "down"), "");
  for (const id of processesIn(directory.path)) process.kill(id, "SIGKILL");
  await until(pool, "s", "unreachable");
  await expect(pool.about.tools("s", signal)).rejects.toMatchObject({ details: { stderr: ["it is down"] } });
  rmSync(join(directory.path, "down"));
  await until(pool, "s", "healthy");
  expect(await pool.about.tools("s", signal)).toHaveLength(2);
  expect(pool.health.history("s").changes.map(({ to }) => to)).toEqual(["healthy", "unreachable", "degraded", "healthy"]);
  await pool[Symbol.asyncDispose]();
  await untilNoneRuns(processesIn(directory.path), 1_000);
});

test("a replica that is killed is not asked while another answers, and is used again when it is back", async () => {
  using first = temporaryDirectory();
  using second = temporaryDirectory();
  const [one, two] = [fragileServer("s", first.path), fragileServer("s", second.path)];
  await using pool = openTestPool([{ ...one, replicas: [{ name: "b", tier: 2, connection: two.connection }] }]);
  const [record] = await pool.discovery.discover(undefined, signal);
  expect(record?.health.status).toBe("healthy");
  writeFileSync(join(first.path, "down"), "");
  for (const id of processesIn(first.path)) process.kill(id, "SIGKILL");
  await until(pool, "s#1", "unreachable");
  expect(await pool.about.tools("s", signal)).toHaveLength(2);
  expect(await pool.discovery.discover(["s"], signal)).toMatchObject([{ health: { status: "degraded" } }]);
  rmSync(join(first.path, "down"));
  await until(pool, "s#1", "healthy");
  expect(Array.from(pool.health.states(), ({ replica, state }) => [replica, state])).toEqual([
    ["1", "healthy"],
    ["b", "healthy"],
  ]);
});

test("a server that was stopped in its tracks delays the checks of no other, and is noticed", async () => {
  using stopped = temporaryDirectory();
  using other = temporaryDirectory();
  await using pool = openTestPool([fragileServer("stopped", stopped.path), fragileServer("other", other.path)]);
  await pool.discovery.discover(undefined, signal);
  const [id = 0] = processesIn(stopped.path);
  process.kill(id, "SIGSTOP");
  const checks = (server: string): number => pool.health.history(server).responses.length;
  const before = checks("other") + checks("stopped");
  await untilTrue(() => checks("other") + checks("stopped") > before + 4, "the other was checked four times");
  expect(checks("stopped")).toBeLessThanOrEqual(2);
  await until(pool, "stopped", "degraded", "unhealthy");
  process.kill(id, "SIGCONT");
  await until(pool, "stopped", "healthy");
});
