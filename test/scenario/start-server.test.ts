import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../../src/main/start-server.ts";
import { commandWorld } from "../support/command-world.ts";

const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"] };

test("a server that was started answers, is started again at the same address, and is gone when it was stopped", async () => {
  using world = commandWorld();
  const lines: string[] = [];
  await using server = await startServer({ workingDirectory: world.path, environment, port: 0, log: (line) => lines.push(line) });
  const { url, pid } = server;
  expect([(await fetch(`${url}/live`)).status, server.isRunning]).toEqual([200, true]);
  const first = server.ended;
  await server.restart();
  expect(await first).toEqual({ exitCode: 0, signal: null });
  expect([server.url, server.pid === pid, (await fetch(`${url}/live`)).status]).toEqual([url, false, 200]);
  expect(await server.stop()).toEqual({ exitCode: 0, signal: null });
  expect(server.isRunning).toBe(false);
  await expect(fetch(`${url}/live`)).rejects.toThrow("fetch failed");
  expect(lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg)).toEqual([
    "serving",
    "closing",
    "closed",
    "serving",
    "closing",
    "closed",
  ]);
});

test("a server that dies is noticed, and can be started again", async () => {
  using world = commandWorld();
  await using server = await startServer({ workingDirectory: world.path, environment, port: 0 });
  process.kill(server.pid, "SIGKILL");
  expect(await server.ended).toEqual({ exitCode: null, signal: "SIGKILL" });
  expect(server.isRunning).toBe(false);
  await server.restart();
  expect([server.isRunning, (await fetch(`${server.url}/live`)).status]).toEqual([true, 200]);
});

test("nothing is started at a port that is taken or belongs to another service, and the one that is free is named", async () => {
  using world = commandWorld();
  const options = { workingDirectory: world.path, environment };
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  try {
    await expect(startServer({ ...options, port })).rejects.toMatchObject({
      code: "port.taken",
      details: { port, alternative: expect.any(Number) },
    });
  } finally {
    taken.close();
  }
  await expect(startServer({ ...options, port: 8086 })).rejects.toMatchObject({
    code: "port.reserved",
    details: { port: 8086, service: "caelum-workflow-orchestration", registeredFor: "influxdb", alternative: expect.any(Number) },
  });
  await expect(startServer({ ...options, host: "0.0.0.0", port: 0 })).rejects.toMatchObject({ code: "usage" });
  world.write("tutti.yaml", "nope: 1\n");
  await expect(startServer(options)).rejects.toMatchObject({ code: "config.invalid" });
});

test("a server that cannot begin, or does not in time, tells why and leaves no process", async () => {
  using world = commandWorld();
  const options = { workingDirectory: world.path, environment, port: 0 };
  world.write("file", "");
  await expect(startServer({ ...options, dataDirectory: join(world.path, "file") })).rejects.toMatchObject({
    code: "server.unavailable",
    message: expect.stringMatching(/^the process that was to serve ended with 69: .*file/),
  });
  await expect(startServer({ ...options, readyWithinMs: 1 })).rejects.toMatchObject({
    code: "server.unavailable",
    message: expect.stringContaining("did not answer within 1 ms"),
  });
  await world.untilNothingRuns();
});
