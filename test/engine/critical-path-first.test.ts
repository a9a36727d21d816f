import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { randomIds } from "../../src/base/ids.ts";
import { callGuards } from "../../src/calls/call-guards.ts";
import { createToolCaller } from "../../src/calls/call-path.ts";
import { rememberSecrets } from "../../src/calls/remember-secrets.ts";
import { Supervisor } from "../../src/engine/supervisor.ts";
import type { ServerConfig } from "../../src/model/server.ts";
import { FakeConnections } from "../support/fake-connections.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { MemoryJournal } from "../support/memory-journal.ts";
import { planOf } from "../support/plan-of.ts";
import { catalogOf } from "../support/catalog-of.ts";
import { serverConfig } from "../support/server-config.ts";

const CATALOG = catalogOf({ s: { tools: { t: {} }, effects: { t: "read" } } });

/** The engine and the path of calls, with servers that answer when a test says so. */
async function start(server: Partial<ServerConfig>, steps: string): Promise<Running> {
  const connections = new FakeConnections(["s"]);
  connections.answer = undefined;
  const clock = new ManualClock();
  const servers = new Map([["s", serverConfig("s", server)]]);
  const secrets = rememberSecrets({ get: async () => undefined });
  const caller = createToolCaller({ connections, servers, secrets, clock, guards: callGuards({ servers, clock }) });
  const news = { publish: () => undefined };
  const supervisor = new Supervisor({ journal: new MemoryJournal(), caller, news, clock, ids: randomIds, random: () => 0.5 });
  await supervisor.start({ plan: planOf(`id: m\nsteps:\n${steps}`, CATALOG), inputs: {}, executionId: "e" });
  await quiet();
  return { connections, supervisor, [Symbol.asyncDispose]: () => supervisor[Symbol.asyncDispose]() };
}

interface Running extends AsyncDisposable {
  readonly connections: FakeConnections;
  readonly supervisor: Supervisor;
}

async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}

/** What came to the server, in this order, when it answers one call after the other. */
async function arrivals({ connections, supervisor }: Running): Promise<readonly unknown[]> {
  while (connections.waiting.length > 0) {
    connections.waiting.shift()?.({ kind: "succeeded", output: null });
    await quiet();
  }
  expect((await supervisor.report("e")).outcome).toBe("completed");
  return connections.calls.map(({ arguments: { n } }) => n);
}

const step = (id: string, more = ""): string => `  - { id: ${id}, tool: s.t, with: { n: ${id} }${more} }\n`;

test("where a server does one thing at a time, what most of the execution waits for goes first, wherever it stands in the file", async () => {
  const steps = ["a", "b", "c"].map((id) => step(id)).join("");
  const chain = step("x") + step("y", ", needs: [x]") + step("z", ", needs: [y]");
  await using running = await start({ maxConcurrentCalls: 1 }, steps + chain);
  // A place that becomes free is taken before anybody can know what follows from the end of its call.
  expect(await arrivals(running)).toEqual(["x", "a", "y", "b", "c", "z"]);
});

test("what takes long goes before what takes less", async () => {
  await using running = await start(
    { maxConcurrentCalls: 1 },
    step("a") + step("b", ", estimated_duration: 2s") + step("c", ", estimated_duration: 9s"),
  );
  expect(await arrivals(running)).toEqual(["c", "b", "a"]);
});

test("the items of a list arrive in their order, as many at once as it says", async () => {
  const list = '  - { id: a, for_each: [1, 2, 3, 4, 5, 6], max_parallel: 2, tool: s.t, with: { n: "${{ item }}" } }\n';
  await using running = await start({ maxConcurrentCalls: 9 }, list);
  expect(running.connections.calls.length).toBe(2);
  expect(await arrivals(running)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a list whose items wait for a place does not hold up a longer chain", async () => {
  const list = '  - { id: a, for_each: [1, 2, 3, 4], tool: s.t, with: { n: "${{ item }}" }, estimated_duration: 2s }\n';
  await using running = await start({ maxConcurrentCalls: 1 }, `${list}${step("x")}${step("y", ", needs: [x], estimated_duration: 5s")}`);
  expect(await arrivals(running)).toEqual(["x", 1, "y", 2, 3, 4]);
});

test("a step that occupies resources gets them in its turn, and gives them back", async () => {
  const gpu = ", resources: { gpu: 2 }";
  await using running = await start(
    { maxConcurrentCalls: 9, resources: { gpu: 3 } },
    step("a", gpu) + step("b", gpu) + step("c", `${gpu}, estimated_duration: 9s`) + step("d"),
  );
  expect(running.connections.calls.map(({ arguments: { n } }) => n)).toEqual(["c", "d"]);
  expect(await arrivals(running)).toEqual(["c", "d", "a", "b"]);
});
