import { expect, test } from "vitest";
import { FACTS, localMachine, MemoryMachineStore, servicesNamed } from "../../test/support/cluster-rig.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import type { Machine } from "../model/machine.ts";
import { SILENT } from "../ports/log.ts";
import { MachineRegistry } from "./machine-registry.ts";

interface World extends Disposable {
  readonly clock: ManualClock;
  readonly registry: MachineRegistry;
  readonly store: MemoryMachineStore;
  /** Those whose connection was to be ended. */
  readonly silent: readonly string[];
  /** Each change, with the status after it. */
  readonly changes: readonly string[];
}

function world(store = new MemoryMachineStore(), clock = new ManualClock()): World {
  const silent: string[] = [];
  const changes: string[] = [];
  const registry = new MachineRegistry({
    clock,
    store,
    local: localMachine(servicesNamed("home"), { role: "coordinator" }),
    offlineAfterMs: 90_000,
    log: SILENT,
    silent: (machineId) => void silent.push(machineId),
  });
  registry.onChange((machineId) => void changes.push(`${machineId} ${registry.get(machineId)?.status ?? "gone"}`));
  return { clock, registry, store, silent, changes, [Symbol.dispose]: () => registry[Symbol.dispose]() };
}

function machine(machineId = "gpu-1", more: Partial<Machine> = {}): Machine {
  return { ...FACTS, machineId, status: "online", runningServices: ["x"], registeredAtMs: 5, lastHeartbeatAtMs: 5, ...more };
}

const BEAT = { status: "online", usage: { cpu: 0.5 }, tasks: 3 } as const;

test("the machine of the hub is always there, and comes first", () => {
  using here = world();
  here.registry.registered(machine("a"), []);
  expect(here.registry.list().map(({ machineId, status, runningServices }) => [machineId, status, runningServices])).toEqual([
    ["local", "online", ["home"]],
    ["a", "online", []],
  ]);
  here.clock.advance(10 * 86_400_000);
  expect(here.registry.get("local")).toMatchObject({ status: "online", lastHeartbeatAtMs: here.clock.nowMs() });
});

test("a machine that says every 30 s that it is there stays online, and one that falls silent is offline after 90 s", () => {
  using here = world();
  here.registry.registered(machine(), servicesNamed("analyser"));
  for (let beat = 0; beat < 10; beat += 1) {
    here.clock.advance(30_000);
    here.registry.heard("gpu-1");
    here.registry.heartbeat("gpu-1", BEAT);
  }
  expect(here.registry.get("gpu-1")).toMatchObject({
    status: "online",
    usage: { cpu: 0.5 },
    tasks: 3,
    lastHeartbeatAtMs: here.clock.nowMs(),
  });
  here.clock.advance(89_999);
  expect(here.registry.get("gpu-1")?.status).toBe("online");
  here.clock.advance(1);
  expect(here.registry.get("gpu-1")).toMatchObject({ status: "offline", usage: {}, tasks: 0, runningServices: ["analyser"] });
  expect(here.registry.services("gpu-1")).toEqual([]);
  expect([here.silent, here.changes]).toEqual([["gpu-1"], ["gpu-1 online", "gpu-1 offline"]]);
});

test("a machine whose connection has ended is offline at once, and is online again when it has registered", () => {
  using here = world();
  here.registry.registered(machine(), servicesNamed("analyser"));
  const { registeredAtMs } = here.registry.get("gpu-1") ?? {};
  here.clock.advance(1_000);
  here.registry.lost("gpu-1");
  here.registry.lost("gpu-1");
  here.registry.heartbeat("gpu-1", BEAT);
  here.registry.announced("gpu-1", servicesNamed("other"));
  expect([here.registry.get("gpu-1")?.status, here.registry.services("gpu-1")]).toEqual(["offline", []]);
  here.registry.registered(machine("gpu-1", { registeredAtMs: 999 }), servicesNamed("analyser"));
  expect(here.registry.get("gpu-1")).toMatchObject({ status: "online", registeredAtMs, lastHeartbeatAtMs: here.clock.nowMs() });
  expect(here.changes).toEqual(["gpu-1 online", "gpu-1 offline", "gpu-1 online"]);
  here.clock.advance(89_000);
  expect(here.registry.get("gpu-1")?.status).toBe("online");
});

test("what a machine says of its services, its load and itself is known, and told only when it makes a difference", () => {
  using here = world();
  here.registry.registered(machine(), servicesNamed("analyser"));
  here.registry.heartbeat("gpu-1", BEAT);
  here.registry.heartbeat("gpu-1", { ...BEAT, status: "maintenance" });
  here.registry.announced("gpu-1", servicesNamed("analyser", "packer"));
  here.registry.updated(machine("gpu-1", { resources: { cpu: 64 }, status: "offline", registeredAtMs: 1 }));
  expect(here.registry.get("gpu-1")).toMatchObject({
    status: "maintenance",
    runningServices: ["analyser", "packer"],
    resources: { cpu: 64 },
  });
  expect(here.changes).toEqual(["gpu-1 online", "gpu-1 maintenance", "gpu-1 maintenance", "gpu-1 maintenance"]);
});

test("machines are known after a restart, as offline, until they come back", () => {
  const store = new MemoryMachineStore();
  const clock = new ManualClock();
  {
    using before = world(store, clock);
    before.registry.registered(machine("b"), servicesNamed());
    before.registry.registered(machine("a"), servicesNamed());
    before.registry.lost("b");
  }
  using after = world(store, clock);
  expect(after.registry.list().map(({ machineId, status }) => [machineId, status])).toEqual([
    ["local", "online"],
    ["a", "offline"],
    ["b", "offline"],
  ]);
  clock.advance(1_000_000);
  expect(after.silent).toEqual([]);
});

test("of more machines than are remembered those are forgotten that have been gone for longest", () => {
  using here = world();
  for (let number = 0; number < 1_010; number += 1) {
    here.registry.registered(machine(`m${number}`), []);
    if (number < 20) here.registry.lost(`m${number}`);
    here.clock.advance(1);
  }
  expect(here.registry.list()).toHaveLength(1_001);
  expect([here.registry.get("m9"), here.registry.get("m10")?.status, here.store.kept.has("m9")]).toEqual([undefined, "offline", false]);
});

test("a store that fails takes nothing away from those who are there", async () => {
  class Broken extends MemoryMachineStore {
    override async save(): Promise<void> {
      throw new Error("the disk is full");
    }
  }
  using here = world(new Broken());
  here.registry.registered(machine(), servicesNamed());
  await Promise.resolve();
  expect(here.registry.get("gpu-1")?.status).toBe("online");
});
