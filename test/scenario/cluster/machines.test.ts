import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Cluster } from "../../../src/cluster/open-cluster.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { WireCall } from "../../../src/ports/connections.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { type RunningCommand, startCommand } from "../../support/built-command.ts";
import { CLUSTER_KEY, openTestCluster, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import { commandWorld, type CommandWorld } from "../../support/command-world.ts";

/** A process that hangs is taken for dead after this at the latest; it is 6 s, and a slow test machine. */
const NOTICED_WITHIN_MS = 15_000;

/** A folder with servers and the key of the cluster. */
function machineWorld(servers: Parameters<typeof commandWorld>[0]): CommandWorld {
  const world = commandWorld(servers);
  const written = readFileSync(join(world.path, "tutti.yaml"), "utf8");
  world.write("tutti.yaml", `${written}cluster: { key: "\${CLUSTER_KEY}" }\n`);
  return world;
}

function startMachine(world: CommandWorld, cluster: Pick<Cluster, "url">, key = CLUSTER_KEY): RunningCommand {
  return startCommand(["machine", "--join", cluster.url, "--name", "gpu-1"], world.path, { CLUSTER_KEY: key });
}

async function call({ machines }: Cluster, about: Partial<WireCall>, started?: () => void): Promise<CallOutcome> {
  const observer = { ...UNWATCHED, stage: (stage: string) => void (stage === "sent" && started?.()) };
  return await machines.call("gpu-1", wireCall(about), observer, new AbortController().signal);
}

/** A call that the machine has begun. */
async function begun(cluster: Cluster, about: Partial<WireCall>): Promise<{ readonly end: Promise<CallOutcome> }> {
  const started = Promise.withResolvers<void>();
  const end = call(cluster, about, started.resolve);
  await started.promise;
  return { end };
}

test("a machine with servers of its own joins, carries out calls with them, and leaves nothing when it is told to end", async () => {
  await using cluster = await openTestCluster();
  using world = machineWorld({ echo: "echo.ts" });
  await using machine = startMachine(world, cluster);
  const joined = await untilMachine(cluster, "gpu-1", "online");
  expect(joined).toMatchObject({ runningServices: ["echo"], resources: { cpu: expect.any(Number), memoryBytes: expect.any(Number) } });
  expect(joined.usage.memory).toBeGreaterThan(0);
  await machine.printed(/^joined ws:\S+ as gpu-1/);
  const meta = { "dev.tutti/idempotency-key": "e/a", "dev.tutti/execution": "e", "dev.tutti/workflow": "w", "dev.tutti/call": "a" };
  expect(await call(cluster, { server: "echo", tool: "echo" })).toEqual({ kind: "succeeded", output: { word: "hello" } });
  expect(await call(cluster, { server: "echo", tool: "meta", meta })).toMatchObject({ kind: "succeeded", output: meta });
  expect(await call(cluster, { server: "files", tool: "read" })).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "not_found" },
  });
  machine.process.kill("SIGTERM");
  expect(await machine.finished).toMatchObject({ exitCode: 0 });
  expect(cluster.machines.get("gpu-1")?.status).toBe("offline");
  await world.untilNothingRuns();
});

test("a machine that is killed leaves what it had begun unknown at once, and can come back under its name", async () => {
  await using cluster = await openTestCluster();
  using world = machineWorld({ echo: "echo.ts", silent: "never-answers.ts" });
  await using machine = startMachine(world, cluster);
  await untilMachine(cluster, "gpu-1", "online");
  const { end } = await begun(cluster, { server: "silent", tool: "wait" });
  const killedMs = performance.now();
  machine.process.kill("SIGKILL");
  expect(await end).toMatchObject({ kind: "unknown", error: { kind: "connection", server: "silent", tool: "wait" } });
  expect(performance.now() - killedMs).toBeLessThan(3_000);
  expect(cluster.machines.get("gpu-1")?.status).toBe("offline");
  expect(await call(cluster, { server: "echo", tool: "echo" })).toMatchObject({ kind: "failed", accepted: false });
  await using _again = startMachine(world, cluster);
  await untilMachine(cluster, "gpu-1", "online");
  expect(await call(cluster, { server: "echo", tool: "echo" })).toMatchObject({ kind: "succeeded" });
});

test(
  "a machine that hangs is noticed within seconds: what it had begun is unknown, and what it had not is free to go elsewhere",
  { timeout: 60_000 },
  async () => {
    await using cluster = await openTestCluster();
    using world = machineWorld({ echo: "echo.ts", silent: "never-answers.ts" });
    await using machine = startMachine(world, cluster);
    await untilMachine(cluster, "gpu-1", "online");
    const { end } = await begun(cluster, { server: "silent", tool: "wait" });
    const stoppedMs = performance.now();
    machine.process.kill("SIGSTOP");
    const offered = call(cluster, { server: "echo", tool: "echo" });
    expect(await offered).toMatchObject({ kind: "failed", accepted: false, error: { kind: "connection" } });
    expect(await end).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
    expect(performance.now() - stoppedMs).toBeLessThan(NOTICED_WITHIN_MS);
    expect(cluster.machines.get("gpu-1")?.status).toBe("offline");
    machine.process.kill("SIGCONT");
    await untilMachine(cluster, "gpu-1", "online");
    expect(await call(cluster, { server: "echo", tool: "echo" })).toMatchObject({ kind: "succeeded" });
  },
);

test("a machine that was told to end while a task runs lets it end", async () => {
  await using cluster = await openTestCluster();
  using world = machineWorld({ slow: { file: "answers-late.ts", args: ["1500"] } });
  await using machine = startMachine(world, cluster);
  await untilMachine(cluster, "gpu-1", "online");
  const { end } = await begun(cluster, { server: "slow", tool: "late" });
  machine.process.kill("SIGTERM");
  expect(await end).toMatchObject({ kind: "succeeded" });
  expect(await machine.finished).toMatchObject({ exitCode: 0 });
});

test("a machine without the right key is not let in, says so, and goes on trying", async () => {
  await using cluster = await openTestCluster();
  using world = machineWorld({ echo: "echo.ts" });
  await using machine = startMachine(world, cluster, "another key of at least 32 characters");
  await machine.printed(/the hub has refused \(wrong_key\)[^]*the hub has refused \(wrong_key\)/, "stderr");
  expect(cluster.machines.list()).toHaveLength(1);
});

test.each([
  ["no address of a hub", ["--join", "http://127.0.0.1:8080", "--name", "a"], "--join takes the address of a hub"],
  ["an address that others could listen to", ["--join", "ws://10.0.0.1:8080", "--name", "a"], "use wss://, or --insecure"],
  ["the name of the hub", ["--join", "ws://127.0.0.1:8080", "--name", "local"], 'and is not "local"'],
  ["no name", ["--join", "ws://127.0.0.1:8080", "--name", "a b"], "is no name of a machine"],
])("%s is refused before anything is started", async (_, args, words) => {
  using world = machineWorld({ echo: "echo.ts" });
  await using command = startCommand(["machine", ...args], world.path, { CLUSTER_KEY });
  expect(await command.finished).toMatchObject({ exitCode: 64, stderr: expect.stringContaining(words) });
});
