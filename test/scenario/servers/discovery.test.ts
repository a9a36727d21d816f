import { expect, test } from "vitest";
import { testServer } from "../../support/servers/test-connections.ts";
import { openTestPool } from "../../support/servers/test-pool.ts";

const { signal } = new AbortController();

test("six servers are discovered side by side in the time of a few, with whole schemas", async () => {
  const names = ["one", "two", "three", "four", "five", "six"];
  await using now = openTestPool(names.map((name) => testServer("echo.ts", [], { name })));
  const startMs = performance.now();
  const records = await now.discovery.discover(undefined, signal);
  // Less than one second is usual on two cores, of the two that it may take; a machine with much else to do takes longer.
  expect(performance.now() - startMs).toBeLessThan(4_000);
  expect(records.map(({ serverId, health, tools }) => [serverId, health.status, tools.length])).toEqual(
    names.map((name) => [name, "healthy", 2]),
  );
  expect(records[0]).toMatchObject({
    tools: [{ name: "echo", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } }, { name: "meta" }],
    capabilities: { tools: { listChanged: true } },
    replicas: [{ transport: "stdio", answer: { kind: "answered", version: "1.0.0", uptimeMs: expect.any(Number) } }],
  });
});

test("a server that is slow to start, and one that never answers, delay no other", async () => {
  const others = ["one", "two", "three"].map((name) => testServer("echo.ts", [], { name }));
  const slow = testServer("starts-oddly.ts", ["mute"], { name: "mute", connectTimeoutMs: 8_000 });
  await using now = openTestPool([slow, ...others]);
  const leaving = new AbortController();
  const all = now.discovery.discover(undefined, leaving.signal);
  const records = await now.discovery.discover(
    others.map(({ name }) => name),
    signal,
  );
  expect(records.map(({ health }) => health.status)).toEqual(["healthy", "healthy", "healthy"]);
  expect(now.health.stateOf("mute")).toBe("unknown");
  leaving.abort(new Error("enough"));
  await expect(all).rejects.toThrow("enough");
});

test("the catalog follows what a server says of its tools", async () => {
  await using now = openTestPool([testServer("changes-tools.ts")]);
  const toolsNow = async () => (await now.catalogs.catalog(["s"], signal))["s"]?.tools.map(({ name }) => name);
  expect(await toolsNow()).toEqual(["grow"]);
  const observer = { stage: () => undefined, progress: () => undefined };
  await now.connections.call({ server: "s", tool: "grow", arguments: {}, meta: {}, timeoutMs: 5_000 }, observer, signal);
  expect(await toolsNow()).toEqual(["grow", "grown_1"]);
});
