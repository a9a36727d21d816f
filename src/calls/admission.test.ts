import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { serverConfig } from "../../test/support/server-config.ts";
import type { ServerConfig } from "../model/server.ts";
import type { GaugeReading, Metrics } from "../ports/metrics.ts";
import { Admission } from "./admission.ts";
import { amountsOf, type Claim } from "./claim.ts";
import { observeAdmission } from "./observe-admission.ts";

const NEVER = new AbortController().signal;

function admissionTo(config: Partial<ServerConfig>, clock = new ManualClock()): Admission {
  return new Admission({ servers: new Map([["s", serverConfig("s", config)]]), total: 50, shared: { licence: 2 }, clock });
}

function claim(resources: Readonly<Record<string, number>> = {}, more: Partial<Claim> = {}): Claim {
  return { server: "s", executionId: "e", remainingMs: 0, resources: amountsOf(resources), leases: [], ...more };
}

test("a server that works through one call after the other has one place, and any other five", () => {
  const places = (config: Partial<ServerConfig>): number => {
    const admission = admissionTo(config);
    let count = 0;
    while (admission.tryReserve(claim(), ["s"]) !== undefined) count += 1;
    return count;
  };
  expect(places({})).toBe(5);
  expect(places({ maxConcurrentCalls: 7 })).toBe(7);
  expect(places({ profile: "sequential", maxConcurrentCalls: 7 })).toBe(1);
});

test("fractions fit where their sum is as much as there is, and leave nothing behind when they are given back", () => {
  const admission = admissionTo({ resources: { cpu: 0.3 } });
  // As numbers are added, this is more than 0.3.
  const parts = [0.1, 0.2].map((cpu) => admission.tryReserve(claim({ cpu }), ["s"]));
  expect(parts).not.toContain(undefined);
  expect(admission.tryReserve(claim({ cpu: 0.001 }), ["s"])).toBeUndefined();
  for (const part of parts) part?.[Symbol.dispose]();
  expect(Array.from(admission.usage(), ({ resources }) => resources.map(({ inUse }) => inUse))).toEqual([[0, 0]]);
  expect(admission.tryReserve(claim({ cpu: 0.3 }), ["s"])).toBeDefined();
});

test("nobody waits for what nobody has: who claims too much is told so, and not kept", async () => {
  const admission = admissionTo({ resources: { gpu: 1 } });
  expect(admission.whyImpossible(claim({ gpu: 2 }))).toContain("gpu");
  expect(await admission.reserve(claim({ gpu: 2 }), () => ["s"], NEVER)).toBeUndefined();
  expect(await admission.reserve(claim({}, { leases: [{ name: "licence", amount: 3 }] }), () => ["s"], NEVER)).toBeUndefined();
  expect(await admission.reserve(claim(), () => [], NEVER)).toBeUndefined();
  await expect(admission.reserve(claim(), () => ["s"], AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  expect([...admission.waiting()]).toEqual([]);
});

test("a server that has less than before admits nobody until enough was given back", async () => {
  const servers = new Map([["s", serverConfig("s", { maxConcurrentCalls: 3 })]]);
  const admission = new Admission({ servers, total: 50, shared: {}, clock: new ManualClock() });
  const held = [1, 2, 3].map(() => admission.tryReserve(claim(), ["s"]));
  servers.set("s", serverConfig("s", { maxConcurrentCalls: 1 }));
  const waiting = admission.reserve(claim(), () => ["s"], NEVER);
  held[0]?.[Symbol.dispose]();
  held[1]?.[Symbol.dispose]();
  expect(admission.waiting().get("s")).toBe(1);
  held[2]?.[Symbol.dispose]();
  expect(await waiting).toBeDefined();
});

test("names that workflows invent are forgotten when nobody uses them, and those of the configuration are not", () => {
  const admission = admissionTo({});
  const leases = [
    { name: "licence", amount: 1 },
    { name: "anything", amount: 1 },
  ];
  const held = admission.tryReserve(claim({}, { leases }), ["s"]);
  const elsewhere = admission.tryReserve(claim({}, { server: "elsewhere" }), ["elsewhere"]);
  expect(Array.from(admission.leases(), ({ name, inUse }) => [name, inUse])).toEqual([
    ["licence", 1],
    ["anything", 1],
  ]);
  held?.[Symbol.dispose]();
  elsewhere?.[Symbol.dispose]();
  expect(Array.from(admission.leases(), ({ name, inUse }) => [name, inUse])).toEqual([["licence", 0]]);
  expect(Array.from(admission.usage(), ({ server }) => server)).toEqual(["s"]);
});

test("metrics tell who holds what, for how long it was used and unused, and how many wait", () => {
  const clock = new ManualClock();
  const admission = admissionTo({ maxConcurrentCalls: 1, resources: { memoryBytes: 8e9 } }, clock);
  const gauges = new Map<string, () => Iterable<GaugeReading>>();
  const metrics: Pick<Metrics, "observe"> = {
    observe(name, read) {
      gauges.set(name, read);
      return { [Symbol.dispose]: () => void gauges.delete(name) };
    },
  };
  const observing = observeAdmission(admission, metrics);
  const held = admission.tryReserve(claim({ memoryBytes: 2e9 }), ["s"]);
  void admission.reserve(claim({ memoryBytes: 1e9 }), () => ["s"], NEVER);
  void admission.reserve(claim(), () => ["s"], NEVER);
  clock.advance(2_000);
  const read = (name: string): readonly unknown[] => Array.from(gauges.get(name)?.() ?? [], ({ labels, value }) => [labels, value]);
  expect(read("tutti_calls_in_flight")).toEqual([[{ server: "s", replica: "" }, 1]]);
  expect(read("tutti_calls_waiting")).toEqual([[{ server: "s" }, 2]]);
  const memory = { server: "s", replica: "", resource: "memory_bytes" };
  expect(read("tutti_resource_in_use")).toContainEqual([memory, 2e9]);
  expect(read("tutti_resource_capacity")).toContainEqual([memory, 8e9]);
  expect(read("tutti_resource_busy_seconds_total")).toContainEqual([memory, 4e9]);
  expect(Array.from(admission.usage(), ({ resources }) => resources.map(({ waiting }) => waiting))).toEqual([[2, 1]]);
  held?.[Symbol.dispose]();
  clock.advance(3_000);
  expect(read("tutti_resource_idle_seconds_total")).toContainEqual([memory, 0]);
  observing[Symbol.dispose]();
  expect(gauges.size).toBe(0);
});

test("what waits with a higher priority goes first, and passes only so many turns", async () => {
  const admission = admissionTo({ maxConcurrentCalls: 1 });
  const order: string[] = [];
  const held = admission.tryReserve(claim(), ["s"]);
  const wait = async (executionId: string, priority: number): Promise<void> => {
    using _ = await admission.reserve(claim({}, { executionId, priority }), () => ["s"], NEVER);
    order.push(executionId);
  };
  const all = [wait("low", 1), wait("usual", 5), wait("high", 10), wait("also usual", 5)];
  held?.[Symbol.dispose]();
  await Promise.all(all);
  expect(order).toEqual(["high", "usual", "also usual", "low"]);
});

test("an execution of low priority has its turn when enough others have had theirs", async () => {
  const admission = admissionTo({ maxConcurrentCalls: 1 });
  const order: string[] = [];
  const held = admission.tryReserve(claim(), ["s"]);
  const wait = async (executionId: string, priority: number): Promise<void> => {
    using _ = await admission.reserve(claim({}, { executionId, priority }), () => ["s"], NEVER);
    order.push(executionId);
  };
  const all = [wait("patient", 4), ...Array.from({ length: 300 }, (_, place) => wait(`urgent ${place}`, 5))];
  held?.[Symbol.dispose]();
  await Promise.all(all);
  expect(order.indexOf("patient")).toBe(99);
});

test("the servers of another machine share what it has, and whoever waits at one is let in when another gives it back", async () => {
  const onMachine = (name: string): ServerConfig =>
    serverConfig(name, {
      connection: { kind: "machine", machine: "m", encrypted: true },
      machines: [{ name: "@m", connection: { kind: "machine", machine: "m", encrypted: true }, tier: 1, resources: { gpu: 1 } }],
    });
  const servers = new Map(["a", "b"].map((name) => [name, onMachine(name)]));
  const admission = new Admission({ servers, total: 50, shared: {}, clock: new ManualClock() });
  const atA = admission.tryReserve(claim({ gpu: 1 }, { server: "a" }), ["a@m"]);
  expect(atA?.connection).toBe("a@m");
  expect(admission.tryReserve(claim({ gpu: 1 }, { server: "b" }), ["b@m"])).toBeUndefined();
  const atB = admission.reserve(claim({ gpu: 1 }, { server: "b" }), () => ["b@m"], NEVER);
  atA?.[Symbol.dispose]();
  expect((await atB)?.connection).toBe("b@m");
  expect(admission.tryReserve(claim({ gpu: 1 }, { server: "a" }), ["a@m"])).toBeUndefined();
});
