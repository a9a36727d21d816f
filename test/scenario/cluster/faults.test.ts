import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { systemClock } from "../../../src/base/clock.ts";
import type { CarryOut } from "../../../src/cluster/machine-tasks.ts";
import type { Cluster } from "../../../src/cluster/open-cluster.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import { UNWATCHED } from "../../../src/ports/tool-caller.ts";
import { sqliteMachineStore } from "../../../src/sqlite/machine-store.ts";
import { Records } from "../../../src/sqlite/records.ts";
import { openTestCluster, startAgent, untilMachine, wireCall } from "../../support/cluster-rig.ts";
import type { Fate } from "../../support/fate.ts";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const NEVER = new AbortController().signal;
const KEYED = { meta: { "dev.tutti/idempotency-key": "e/a" } };
/** Of a peer that has gone without a word; it is 6 s, and a slow test machine. */
const NOTICED_WITHIN_MS = 15_000;

/** What the network does to whatever a machine sends next. */
interface Weather {
  fate: Fate;
}

async function networkTo(cluster: Pick<Cluster, "url">, weather: Weather): Promise<FaultProxy> {
  const proxy = await startFaultProxy(() => weather.fate);
  proxy.direct(portOf(cluster));
  return proxy;
}

function portOf({ url }: Pick<Cluster, "url">): number {
  return Number(URL.parse(url)?.port);
}

/** Work that a test lets end, and of which it knows how often it was begun. */
interface Work {
  begun: number;
  readonly carryOut: CarryOut;
  readonly began: Promise<void>;
  end(): void;
}

function work(): Work {
  const began = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const here: Work = {
    begun: 0,
    began: began.promise,
    end: ended.resolve,
    carryOut: async ({ arguments: input }, gate) => {
      try {
        await gate.sending();
      } catch {
        return { kind: "failed", accepted: false, error: { kind: "cancelled", message: "it may not begin" } };
      }
      here.begun += 1;
      began.resolve();
      await ended.promise;
      return { kind: "succeeded", output: input };
    },
  };
  return here;
}

async function call({ machines }: Cluster, about = {}): Promise<CallOutcome> {
  return await machines.call("gpu-1", wireCall(about), UNWATCHED, NEVER);
}

async function changed({ machines }: Cluster): Promise<void> {
  const told = Promise.withResolvers<void>();
  using _subscription = machines.onChange(() => told.resolve());
  await told.promise;
}

test("a task goes on when its connection is cut, and when it is asked for again it is not begun a second time", async () => {
  await using cluster = await openTestCluster();
  const weather: Weather = { fate: { kind: "pass" } };
  await using network = await networkTo(cluster, weather);
  const job = work();
  await using _agent = startAgent(`ws://127.0.0.1:${network.port}`, job);
  await untilMachine(cluster, "gpu-1", "online");
  const first = call(cluster, KEYED);
  await job.began;
  network.cutAll();
  expect(await first).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
  await untilMachine(cluster, "gpu-1", "online");
  const second = call(cluster, KEYED);
  job.end();
  expect(await second).toEqual({ kind: "succeeded", output: { word: "hello" } });
  expect(job.begun).toBe(1);
});

test.each(["silence", "mute"] as const)(
  "a network that swallows what is sent (%s) is noticed by both sides within seconds, and the machine comes back when it is mended",
  { timeout: 60_000 },
  async (kind) => {
    await using cluster = await openTestCluster();
    const weather: Weather = { fate: { kind: "pass" } };
    await using network = await networkTo(cluster, weather);
    const job = work();
    await using _agent = startAgent(`ws://127.0.0.1:${network.port}`, job);
    await untilMachine(cluster, "gpu-1", "online");
    const end = call(cluster, KEYED);
    await job.began;
    const startedMs = performance.now();
    weather.fate = { kind };
    expect(await end).toMatchObject({ kind: "unknown", error: { kind: "connection" } });
    expect(performance.now() - startedMs).toBeLessThan(NOTICED_WITHIN_MS);
    expect(cluster.machines.get("gpu-1")?.status).toBe("offline");
    weather.fate = { kind: "pass" };
    network.cutAll();
    job.end();
    await untilMachine(cluster, "gpu-1", "online");
    expect(await call(cluster)).toMatchObject({ kind: "succeeded" });
  },
);

test("frames that the network spoils end the connection, and never become a message", { timeout: 60_000 }, async () => {
  await using cluster = await openTestCluster();
  const weather: Weather = { fate: { kind: "pass" } };
  await using network = await networkTo(cluster, weather);
  const job = work();
  job.end();
  await using _agent = startAgent(`ws://127.0.0.1:${network.port}`, job);
  for (const kind of ["cut-request", "cut-response", "garbage"] as const) {
    await untilMachine(cluster, "gpu-1", "online");
    const gone = changed(cluster);
    weather.fate = { kind };
    await gone;
    weather.fate = { kind: "pass" };
  }
  await untilMachine(cluster, "gpu-1", "online");
  expect(await call(cluster)).toMatchObject({ kind: "succeeded" });
});

test("machines come back to a hub that was started anew, and are known there as offline until they do", { timeout: 60_000 }, async () => {
  using directory = temporaryDirectory();
  using records = new Records({ directory: directory.path, clock: systemClock });
  const store = sqliteMachineStore(records);
  const first = await openTestCluster({ store });
  const job = work();
  await using running = startAgent(first.url, job);
  const { registeredAtMs } = await untilMachine(first, "gpu-1", "online");
  const end = call(first, KEYED);
  await job.began;
  await first[Symbol.asyncDispose]();
  expect(await end).toMatchObject({ kind: "unknown" });
  await using second = await openTestCluster({ store, settings: { port: portOf(first) } });
  expect(second.machines.list().map(({ machineId }) => machineId)).toEqual(["local", "gpu-1"]);
  expect(await untilMachine(second, "gpu-1", "online")).toMatchObject({ registeredAtMs });
  const again = call(second, KEYED);
  job.end();
  expect(await again).toMatchObject({ kind: "succeeded" });
  expect(job.begun).toBe(1);
  await running.leave();
  await using third = await openTestCluster({ store });
  expect(third.machines.get("gpu-1")).toMatchObject({ status: "offline", registeredAtMs, hostname: "somewhere" });
});

test("of two machines one is lost in the middle of everything, and the other goes on", async () => {
  await using cluster = await openTestCluster();
  const weather: Weather = { fate: { kind: "pass" } };
  await using network = await networkTo(cluster, weather);
  const [lost, kept] = [work(), work()];
  await using _lost = startAgent(`ws://127.0.0.1:${network.port}`, { name: "lost", carryOut: lost.carryOut });
  await using _kept = startAgent(cluster.url, { name: "kept", carryOut: kept.carryOut });
  await Promise.all(["lost", "kept"].map(async (name) => await untilMachine(cluster, name, "online")));
  const ask = async (name: string): Promise<CallOutcome> => await cluster.machines.call(name, wireCall(), UNWATCHED, NEVER);
  const [first, second] = [ask("lost"), ask("kept")];
  await Promise.all([lost.began, kept.began]);
  network.shut();
  network.cutAll();
  expect(await first).toMatchObject({ kind: "unknown" });
  kept.end();
  expect(await second).toMatchObject({ kind: "succeeded" });
  expect(await ask("lost")).toMatchObject({ kind: "failed", accepted: false });
  lost.end();
});

test(
  "whatever listens where the hub should be does a machine no harm, and it joins when the hub is there",
  { timeout: 60_000 },
  async () => {
    const junk = [
      "",
      "{",
      '{"type":"joined","hub":"local","heartbeat_ms":1}',
      '{"type":"challenge","hub":"local","timestamp":"2001-01-01T00:00:00Z","nonce":"x"}',
      "x".repeat(2_000_000),
      "[".repeat(100_000),
    ];
    const listener = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const enough = Promise.withResolvers<void>();
    let met = 0;
    listener.on("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.send(junk[met % junk.length] ?? "", { binary: met % 2 === 1 });
      met += 1;
      if (met === junk.length) enough.resolve();
    });
    const job = work();
    job.end();
    await using _agent = startAgent(`ws://127.0.0.1:${port}`, job);
    await enough.promise;
    for (const socket of listener.clients) socket.terminate();
    listener.close();
    await once(listener, "close");
    await using cluster = await openTestCluster({ settings: { port } });
    await untilMachine(cluster, "gpu-1", "online");
    expect(await call(cluster)).toMatchObject({ kind: "succeeded" });
  },
);

test("a machine that is told to end does so although nobody can reach its hub", async () => {
  const cluster = await openTestCluster();
  await using running = startAgent(cluster.url, work());
  await untilMachine(cluster, "gpu-1", "online");
  await cluster[Symbol.asyncDispose]();
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), 5_000);
  await Promise.race([running.leave(), once(stop.signal, "abort")]);
  clearTimeout(limit);
  expect(stop.signal.aborted).toBe(false);
});

test("a machine that is told to end cancels what has not ended after 30 s", async () => {
  await using cluster = await openTestCluster();
  const clock = new ManualClock(Date.now());
  const began = Promise.withResolvers<void>();
  await using running = startAgent(cluster.url, {
    clock,
    carryOut: async (_, gate, signal) => {
      await gate.sending();
      began.resolve();
      await once(signal, "abort");
      return { kind: "unknown", error: { kind: "cancelled", message: "it was cancelled" } };
    },
  });
  await untilMachine(cluster, "gpu-1", "online");
  const end = call(cluster);
  await began.promise;
  const left = running.leave();
  await untilMachine(cluster, "gpu-1", "maintenance");
  clock.advance(30_000);
  await left;
  expect(await end).toMatchObject({ kind: "unknown" });
});
