import { expect, test } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("keys and the audit log of a killed server are whole, and those of two at once are the same", async () => {
  using folder = temporaryDirectory();
  const environment = { STATE_DIR: `${folder.path}/state`, EXCHANGE_DIR: `${folder.path}/exchange` };
  await using first = await start("security", environment);
  await using second = await start("security", environment);
  const text = { text: "hello", path: "/a" };
  const [one, two] = await Promise.all([first, second].map(async (server) => await server.call("encrypt", text)));
  expect(one?.["key_id"]).toBe(two?.["key_id"]);
  const record = async (server: typeof first, number: number) =>
    await server.call("audit_log", { event: { type: "t", action: `a${number}` } }, { key: `k${number}` }).catch(() => undefined);
  const recorded = Array.from({ length: 20 }, async (_, number) => await record(number % 2 === 0 ? first : second, number));
  await recorded[0];
  await first.kill();
  await Promise.all(recorded);
  await Promise.all(Array.from({ length: 20 }, async (_, number) => await record(second, number)));
  expect(await second.call("audit_log", { operation: "verify" })).toMatchObject({ valid: true, entries: 22 });
  expect(await second.call("encrypt", { operation: "decrypt", sealed_text: one?.["sealed_text"] })).toMatchObject({ text: "hello" });
});
