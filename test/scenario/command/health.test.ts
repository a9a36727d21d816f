import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { commandWorld } from "../../support/command-world.ts";

interface Report {
  readonly status: string;
  readonly servers: readonly {
    readonly server: string;
    readonly status: string;
    readonly endpoints: readonly { readonly replica: string; readonly health: string; readonly address: string }[];
    readonly recommendations: readonly string[];
  }[];
}

const NOBODY = "http://127.0.0.1:9/mcp?key=s3cret";
const ONE_WAY = { replicas: [{ name: "b", tier: "secondary", url: NOBODY }] };

test.each([
  ["all are well", ["good"], 0, "healthy"],
  ["one of five has lost a replica", ["good", "better", "best", "fine", "half"], 1, "degraded"],
  ["one does not answer", ["good", "hung"], 2, "unhealthy"],
  ["one is not there", ["good", "half", "gone"], 2, "unhealthy"],
  ["none is there", ["gone", "lost"], 3, "unreachable"],
] as const)("when %s, health exits with the code for that", async (_, names, exitCode, status) => {
  using world = commandWorld({
    good: "echo.ts",
    better: "echo.ts",
    best: "echo.ts",
    fine: "echo.ts",
    lost: { file: "dies.ts", args: ["at-start"] },
    half: { file: "echo.ts", keys: ONE_WAY },
    gone: { file: "dies.ts", args: ["at-start"] },
    hung: { file: "deaf-to-pings.ts" },
  });
  const { stdout, ...ended } = await world.run("health", ...names, "--json");
  expect(ended.exitCode).toBe(exitCode);
  const report = JSON.parse(stdout) as Report;
  expect(report.status).toBe(status);
  expect(report.servers.map(({ server }) => server)).toEqual(names);
  expect(report.servers.every((server) => (server.status === "healthy") === (server.recommendations.length === 0))).toBe(true);
  expect(stdout).not.toContain("s3cret");
});

test.each([
  [401, "wants a credential"],
  [500, "does not answer as it should"],
])("a server that answers everything with %i is there, and is unhealthy", async (status, advice) => {
  using world = commandWorld();
  const server = createServer((_, response) => void response.writeHead(status).end("no"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await using _closing = { [Symbol.asyncDispose]: async () => await new Promise<void>((resolve) => server.close(() => resolve())) };
  const { port } = server.address() as AddressInfo;
  world.write("tutti.yaml", `servers: { http: { url: "http://127.0.0.1:${port}/mcp" }, socket: { url: "ws://127.0.0.1:${port}/mcp" } }\n`);
  const { exitCode, stdout } = await world.run("health", "--json");
  expect(exitCode).toBe(3);
  const { servers } = JSON.parse(stdout) as Report;
  expect(servers.map((server) => server.status)).toEqual(["unhealthy", "unhealthy"]);
  for (const { recommendations } of servers) expect(recommendations).toEqual([expect.stringContaining(advice)]);
});

test("people see replicas, and what could be done", async () => {
  using world = commandWorld({ half: { file: "echo.ts", keys: ONE_WAY } });
  const { stdout } = await world.run("health");
  expect(stdout).toMatch(/^unhealthy {2}1 server\n ! {2}half {2}degraded +\d+ ms, up .* 1\.0\.0 +2 replicas\n/);
  expect(stdout).toMatch(/✔ {2}1 {2}tier 1 {2}healthy/);
  expect(stdout).toMatch(/✖ {2}b {2}tier 2 {2}unreachable .*ECONNREFUSED/);
  expect(stdout).toContain('→ See whether replica "b" of "half" runs and can be reached from here at http://127.0.0.1:9/mcp');
  const checked = await world.run("servers", "check");
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ ! {2}half .*\n +✔ {2}1 .*\n +✖ {2}b /) });
});

test("when nothing can be found out, health exits with 4 and says why", async () => {
  using world = commandWorld({ good: "echo.ts" });
  expect(await world.run("health", "goof")).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('did you mean "good"?') });
  expect(JSON.parse((await world.run("health", "goof", "--json")).stdout)).toMatchObject({ error: { code: "server.not-found" } });
  world.write("tutti.yaml", "servers: { good: { comand: x } }\n");
  expect(await world.run("health")).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('did you mean "command"?') });
});
