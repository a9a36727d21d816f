import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { defineTool } from "./define-tool.ts";
import { referenceServer, refuse } from "./reference-server.ts";
import type { OpenServer } from "./serve-reference-server.ts";
import { openState } from "./state/state.ts";

interface World {
  /** The texts for which the tool has worked, also in vain. */
  readonly worked: string[];
  /** Is waited for before it works. */
  gate: Promise<void>;
}

/** A server that writes notes: refuses to write "no", and fails once for "again". */
function openNotes(path: string, world: World): OpenServer {
  const state = openState({ path, schema: ["CREATE TABLE notes (tenant TEXT, text TEXT) STRICT;"] });
  const input = z.strictObject({ text: z.string().max(100).describe("What to write") });
  const output = z.object({ count: z.int() });
  const write = (tenant: string, text: string): { count: number } => {
    state.database.prepare("INSERT INTO notes VALUES (?, ?)").run(tenant, text);
    return { count: Number(state.database.prepare("SELECT count(*) AS n FROM notes WHERE tenant = ?").get(tenant)?.["n"]) };
  };
  const note = {
    title: "Write",
    description: "Writes a note",
    effect: "changes",
    input,
    output,
  } as const;
  const tools = [
    defineTool({
      ...note,
      name: "note",
      run: async ({ text }, scope) => {
        await world.gate;
        world.worked.push(text);
        const again = world.worked.filter((one) => one === "again").length;
        if (text === "no" || (text === "again" && again === 1)) throw refuse(`"${text}" is not written`);
        return scope.once(() => write(scope.tenant, text));
      },
    }),
    defineTool({
      ...note,
      name: "whisper",
      keepsAnswer: false,
      run: ({ text }, scope) => {
        world.worked.push(text);
        return scope.once(() => write(scope.tenant, text));
      },
    }),
  ];
  return {
    server: referenceServer({
      name: "notes",
      instructions: "Writes notes.",
      state,
      tools,
      status: () => ({ status: "degraded", facts: { ink: "little" } }),
    }),
    [Symbol.asyncDispose]: async () => state[Symbol.dispose](),
  };
}

function newWorld(): World {
  return { worked: [], gate: Promise.resolve() };
}

test("a call with a key is done once, for whoever asks again, also after a restart and in another process", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "notes.db");
  const world = newWorld();
  {
    await using server = await hold(openNotes(path, world));
    await using beside = await hold(openNotes(path, world));
    for (const one of [server, beside, server]) expect(await one.call("note", { text: "a" }, { key: "k" })).toEqual({ count: 1 });
  }
  await using after = await hold(openNotes(path, world));
  expect(await after.call("note", { text: "a" }, { key: "k" })).toEqual({ count: 1 });
  expect(world.worked).toEqual(["a"]);
  expect(await after.call("note", { text: "a" }, { key: "k", tenant: "globex" })).toEqual({ count: 1 });
  expect(await after.call("note", { text: "a" })).toEqual({ count: 2 });
});

test("calls with one key that come at once are one call, and one with other arguments is refused", async () => {
  const world = newWorld();
  const gate = Promise.withResolvers<void>();
  world.gate = gate.promise;
  await using server = await hold(openNotes(":memory:", world));
  const same = Array.from({ length: 5 }, async () => await server.call("note", { text: "a" }, { key: "k" }));
  const other = Array.from({ length: 3 }, async () => await server.refusal("note", { text: "b" }, { key: "k" }));
  gate.resolve();
  for (const answer of await Promise.all(same)) expect(answer).toEqual({ count: 1 });
  for (const message of await Promise.all(other)) expect(message).toContain("belongs to a call with other arguments");
  expect(world.worked).toEqual(["a"]);
});

test("a call that was refused is not remembered, and none that waited for it takes its place with other arguments", async () => {
  const world = newWorld();
  await using server = await hold(openNotes(":memory:", world));
  const failing = server.refusal("note", { text: "no" }, { key: "k" });
  const waiting = server.call("note", { text: "b" }, { key: "k" });
  const third = server.refusal("note", { text: "c" }, { key: "k" });
  expect(await failing).toContain("is not written");
  expect(await waiting).toEqual({ count: 1 });
  expect(await third).toContain("belongs to a call with other arguments");
  expect(await server.refusal("note", { text: "again" }, { key: "again" })).toContain("is not written");
  expect(await server.call("note", { text: "again" }, { key: "again" })).toEqual({ count: 2 });
});

test("two processes that get one call at the same time do it once", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "notes.db");
  const world = newWorld();
  await using one = await hold(openNotes(path, world));
  await using two = await hold(openNotes(path, world));
  const answers = [one, two].map(async (server) => await server.call("note", { text: "a" }, { key: "k" }));
  expect(await Promise.all(answers)).toEqual([{ count: 1 }, { count: 1 }]);
  expect(await one.call("note", { text: "b" })).toEqual({ count: 2 });
});

test("an answer that is not to be kept is not kept, and the call is made again", async () => {
  const world = newWorld();
  await using server = await hold(openNotes(":memory:", world));
  expect(await server.call("whisper", { text: "a" }, { key: "k" })).toEqual({ count: 1 });
  expect(await server.call("whisper", { text: "a" }, { key: "k" })).toEqual({ count: 2 });
});

test("every server tells how it is, and counts its calls", async () => {
  await using server = await hold(openNotes(":memory:", newWorld()));
  await server.call("note", { text: "a" });
  await server.refusal("note", { text: "no" });
  await server.refusal("note", { text: "a", more: 1 });
  expect(await server.call("get_server_status")).toMatchObject({
    server: "notes",
    version: "0.1.0",
    status: "degraded",
    facts: { ink: "little" },
    tools: ["note", "whisper", "get_server_status"],
    calls: { total: 3, failed: 1, in_flight: 0 },
  });
});
