import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openTestConnections, testServer } from "../../support/servers/test-connections.ts";
import { runningOf, untilNoneRuns } from "../../support/servers/running.ts";

test("a server that does not end when it is asked and told is killed, with the children that it has", async () => {
  const world = openTestConnections(testServer("stubborn.ts"));
  const outcome = await world.call("processes");
  const ids = outcome.kind === "succeeded" && Array.isArray(outcome.output) ? outcome.output.map(Number) : [];
  expect(runningOf(ids)).toHaveLength(3);
  const startMs = performance.now();
  await world[Symbol.asyncDispose]();
  expect(performance.now() - startMs).toBeLessThan(5_500);
  expect(runningOf(ids)).toEqual([]);
});

test("a server that ends when it is asked costs no time", async () => {
  const world = openTestConnections(testServer("echo.ts"));
  await world.call("echo");
  const startMs = performance.now();
  await world[Symbol.asyncDispose]();
  expect(performance.now() - startMs).toBeLessThan(1_500);
});

test.each(["exit", "throw", "SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])("no process of a server is left after %s", async (how) => {
  const path = fileURLToPath(new URL("../../support/servers/abandons-servers.ts", import.meta.url));
  const child = spawn(process.execPath, [path, how], { stdio: ["ignore", "pipe", "ignore"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = await new Promise<string>((resolve) => child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8"))));
  const ids = JSON.parse(line) as number[];
  if (how.startsWith("SIG")) child.kill(how as NodeJS.Signals);
  await exited;
  await expect(untilNoneRuns(ids, 6_000)).resolves.toBeUndefined();
});
