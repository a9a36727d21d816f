import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cancelExecution } from "../../src/contract/cancel-execution.ts";
import { openTutti, type ServerConfig, type Tutti } from "../../src/index.ts";
import { testServer } from "../support/servers/test-connections.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** Servers that write down together when they begin and end a call. */
interface World extends AsyncDisposable {
  readonly tutti: Tutti;
  start(step: string): Promise<string>;
  /** How many calls were under way at once at most: of all servers, or of those with a name. */
  most(name?: string): number;
  names(): ReadonlySet<string>;
}

function server(notes: string, name: string, more: Partial<ServerConfig> = {}): ServerConfig {
  return testServer("occupies.ts", [notes, name], { name, ...more });
}

async function worldWith(servers: (notes: string) => readonly ServerConfig[]): Promise<World> {
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(temporaryDirectory());
  const notes = join(directory.path, "notes");
  const settings = { sharedResources: { press: 1, licence: 4 } };
  const tutti = resources.use(await openTutti({ dataDirectory: join(directory.path, "data"), servers: servers(notes), settings }));
  const open = resources.move();
  const lines = (): readonly string[] => (existsSync(notes) ? readFileSync(notes, "utf8").trimEnd().split("\n") : []);
  return {
    tutti,
    async start(step) {
      return (await tutti.execute({ workflow: `id: w\nsteps:\n  - ${step}\n` })).executionId;
    },
    most: (name) => {
      const own = lines().filter((line) => name === undefined || line.endsWith(` ${name}`));
      let [running, most] = [0, 0];
      for (const line of own) {
        running += line.startsWith("+") ? 1 : -1;
        most = Math.max(most, running);
      }
      return most;
    },
    names: () => new Set(lines().map((line) => line.slice(2))),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

test.each([
  ["one at a time where there is one", "{ press: 1 }", 1, 1],
  ["two at a time where each takes half", "{ licence: 2 }", 2, 2],
  ["as many as come where nothing is shared", "{}", 3, 6],
])("steps of several executions, at two servers, have what is shared: %s", async (_, leases, least, most) => {
  await using world = await worldWith((notes) => [server(notes, "a"), server(notes, "b")]);
  const ids = await Promise.all(
    ["a", "b", "a", "b", "a", "b"].map((name) => world.start(`{ id: s, tool: ${name}.work, with: { ms: 150 }, leases: ${leases} }`)),
  );
  const reports = await Promise.all(ids.map((id) => world.tutti.wait(id)));
  expect(new Set(reports.map(({ outcome }) => outcome))).toEqual(new Set(["completed"]));
  expect(world.most()).toBeGreaterThanOrEqual(least);
  expect(world.most()).toBeLessThanOrEqual(most);
  expect([...world.names()].sort()).toEqual(["a", "b"]);
});

test("calls that need all of a replica have it to themselves, and the work is shared out", async () => {
  const replicated = (notes: string): ServerConfig => {
    const { connection } = server(notes, "two");
    const resources = { gpu: 2 };
    return { ...server(notes, "one", { resources }), name: "s", replicas: [{ name: "second", connection, tier: 1, resources }] };
  };
  await using world = await worldWith((notes) => [replicated(notes)]);
  const big = await world.start(
    "{ id: s, for_each: [1, 2, 3, 4], max_parallel: 4, tool: s.work, with: { ms: 60 }, resources: { gpu: 2 } }",
  );
  const report = await world.tutti.wait(big);
  expect(report.outcome).toBe("completed");
  expect([world.most("one"), world.most("two")]).toEqual([1, 1]);
});

test("what a cancelled execution occupied is there for the next one", async () => {
  await using world = await worldWith((notes) => [server(notes, "a"), server(notes, "b")]);
  const holder = await world.start("{ id: s, tool: a.work, with: { ms: 60000 }, leases: { press: 1 } }");
  await expect.poll(() => world.most(), { timeout: 10_000 }).toBe(1);
  const [waiting, next] = [
    await world.start("{ id: s, tool: b.work, leases: { press: 1 } }"),
    await world.start("{ id: s, tool: b.work, leases: { press: 1 } }"),
  ];
  const { signal } = new AbortController();
  for (const executionId of [waiting, holder]) await world.tutti.operations.call(cancelExecution, { executionId }, { signal });
  expect((await world.tutti.wait(next)).outcome).toBe("completed");
});
