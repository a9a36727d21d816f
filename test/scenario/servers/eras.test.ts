import { expect, test } from "vitest";
import { httpServer, openTestConnections, startListening, testServer } from "../../support/servers/test-connections.ts";

test.each([
  ["old.ts", [], "2024-11-05", "legacy"],
  ["echo.ts", [], "2025-06-18", "legacy"],
  ["modern.ts", [], "2026-07-28", "modern"],
  ["modern.ts", ["both"], "2026-07-28", "modern"],
] as const)("%s %j is spoken to in %s", async (file, args, protocolVersion, era) => {
  await using world = openTestConnections(testServer(file, args));
  expect(await world.connections.check("s", world.signal)).toMatchObject({ server: "s", protocolVersion, era });
});

test("the configuration decides which era is spoken, and the server is not asked", async () => {
  await using world = openTestConnections(testServer("modern.ts", ["both"], { protocolEra: "legacy" }));
  expect(await world.connections.check("s", world.signal)).toMatchObject({ protocolVersion: "2025-11-25", era: "legacy" });
  await using wrong = openTestConnections(testServer("old.ts", [], { protocolEra: "modern" }));
  await expect(wrong.connections.tools("s", wrong.signal)).rejects.toThrow(
    "it does not speak MCP 2026-07-28, which its configuration asks for",
  );
});

test.each(["strict", "deaf"])("a server that is %s before the handshake is reached all the same", async (how) => {
  await using world = openTestConnections(testServer("starts-oddly.ts", [how]));
  expect(await world.call("greet")).toEqual({ kind: "succeeded", output: { text: "hello" } });
});

test("a server that is slow to start is waited for", async () => {
  await using world = openTestConnections(testServer("starts-oddly.ts", ["slow", "2500"]));
  expect(await world.call("greet")).toEqual({ kind: "succeeded", output: { text: "hello" } });
});

test("text that is JSON is the output of a server that knows no structured content", async () => {
  await using world = openTestConnections(testServer("old.ts"));
  expect(await world.call("greet")).toEqual({ kind: "succeeded", output: { greeting: "hello" } });
});

test.each(["refuse", "500", "empty"])(
  "a server over HTTP that answers unknown methods with %s is taken for one of the older era",
  async (how) => {
    await using listening = await startListening("http-odd.ts", [how, "2024-11-05"]);
    await using world = openTestConnections(httpServer(listening.url));
    expect(await world.connections.check("s", world.signal)).toMatchObject({ protocolVersion: "2024-11-05", era: "legacy" });
    expect(await world.call("echo")).toEqual({ kind: "succeeded", output: { text: "echo 1" } });
  },
);

test.each([[[]], [["both"]]])("a server over HTTP of the newer era is spoken to in it (%j)", async (args) => {
  await using listening = await startListening("modern.ts", ["http", ...args]);
  await using world = openTestConnections(httpServer(listening.url));
  expect(await world.connections.check("s", world.signal)).toMatchObject({ title: "modern", protocolVersion: "2026-07-28", era: "modern" });
});
