import { expect, test } from "vitest";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { openTestConnections, testServer } from "../../support/servers/test-connections.ts";

test("a server with 10,000 tools in 20 pages is listed whole", async () => {
  await using world = openTestConnections(testServer("many-tools.ts"));
  const tools = await world.connections.tools("s", world.signal);
  expect(tools).toHaveLength(10_000);
  expect(tools.at(-1)?.name).toBe("tool_9999");
  expect(await world.call("tool_9999")).toEqual({ kind: "succeeded", output: { text: "tool_9999" } });
});

test.each([
  ["endless", 1_001],
  ["circle", 1_000],
])("a list of tools that never ends (%s) is cut", async (how, count) => {
  await using world = openTestConnections(testServer("many-tools.ts", [how]));
  const tools = await world.connections.tools("s", world.signal);
  expect(tools.length).toBeLessThanOrEqual(count);
  expect(world.log.map(({ text }) => text)).toContainEqual(expect.stringMatching(/list of tools does not end; it is cut after \d+ tools/));
});

test("a change of the tools is told, and the next who asks gets the new ones", async () => {
  await using world = openTestConnections(testServer("changes-tools.ts"));
  const changed: string[] = [];
  using _listener = world.connections.onToolsChanged((server) => void changed.push(server));
  expect(await world.connections.tools("s", world.signal)).toHaveLength(1);
  await world.call("grow");
  expect(changed).toEqual(["s"]);
  expect((await world.connections.tools("s", world.signal)).map(({ name }) => name)).toEqual(["grow", "grown_1"]);
  expect(await world.call("grown_1")).toEqual({ kind: "succeeded", output: { text: "grown_1 of 2" } });
  expect(changed).toEqual(["s"]);
});

test.each([
  ["may be kept for a minute", ["60000"], [1, 1, 2, 2]],
  ["has a page that may be kept for a minute", ["600000", "60000"], [1, 1, 2, 2]],
  ["may not be kept", ["0"], [2, 3, 4, 5]],
])("a list of tools that %s is believed for so long", async (_, ttls, counts) => {
  const late = { ms: 0 };
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + late.ms };
  await using world = openTestConnections(testServer("modern-lists.ts", ttls), { clock });
  const changed: string[] = [];
  using _listener = world.connections.onToolsChanged((server) => void changed.push(server));
  const found: number[] = [];
  for (const ms of [0, 50_000, 70_000, 110_000]) {
    late.ms = ms;
    found.push((await world.connections.tools("s", world.signal)).length);
  }
  expect(found).toEqual(counts);
  expect(changed).toHaveLength(new Set([1, ...counts]).size - 1);
  late.ms = 1_000_000;
  expect(await world.call("tool_0")).toEqual({ kind: "succeeded", output: { text: `listed ${counts.at(-1)} times` } });
});
