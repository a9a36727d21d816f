import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { HeldServer } from "../../test/support/reference-server.ts";
import { securityWorld } from "../../test/support/security-world.ts";

interface Checkpoint {
  readonly sequence: number;
  readonly hash: string;
  readonly signature: string;
}

const EVENT = { type: "data_access", actor: "etl", action: "read", resource: "/data/a" };

async function record(server: HeldServer, event: object = {}): Promise<Checkpoint> {
  const { checkpoint } = await server.call<{ checkpoint: Checkpoint }>("audit_log", { event: { ...EVENT, ...event } });
  return checkpoint;
}

async function verdict(server: HeldServer, checkpoint?: Checkpoint): Promise<object> {
  return await server.call("audit_log", { operation: "verify", ...(checkpoint === undefined ? {} : { checkpoint }) });
}

test.each<readonly [string, string, number]>([
  ["a change", "UPDATE audit_entries SET outcome = 'denied' WHERE sequence = 2 AND tenant = 'acme'", 2],
  ["a change of the time", "UPDATE audit_entries SET at = '2020-01-01T00:00:00.000Z' WHERE sequence = 3 AND tenant = 'acme'", 3],
  ["changed details", "UPDATE audit_entries SET details = '{\"n\": 1}' WHERE sequence = 4 AND tenant = 'acme'", 4],
  ["details that are no JSON", "UPDATE audit_entries SET details = '{' WHERE sequence = 4 AND tenant = 'acme'", 4],
  ["another hash", "UPDATE audit_entries SET hash = printf('%064d', 0) WHERE sequence = 5 AND tenant = 'acme'", 5],
  ["an entry that is gone", "DELETE FROM audit_entries WHERE sequence = 3 AND tenant = 'acme'", 3],
  ["a first entry that is gone", "DELETE FROM audit_entries WHERE sequence = 1 AND tenant = 'acme'", 1],
  ["entries that are gone at the end", "DELETE FROM audit_entries WHERE sequence > 3 AND tenant = 'acme'", 4],
  ["a log that is gone", "DELETE FROM audit_entries WHERE tenant = 'acme'", 1],
  ["a signature that is gone", "DELETE FROM audit_heads WHERE tenant = 'acme'", 6],
  [
    "an end that was taken away with its signature",
    `DELETE FROM audit_entries WHERE sequence > 3 AND tenant = 'acme';
     UPDATE audit_heads SET sequence = 3, hash = (SELECT hash FROM audit_entries WHERE sequence = 3 AND tenant = 'acme') WHERE tenant = 'acme'`,
    4,
  ],
  [
    "two entries that have changed places",
    `UPDATE audit_entries SET sequence = -1 WHERE sequence = 2 AND tenant = 'acme'; UPDATE audit_entries SET sequence = 2 WHERE sequence = 3 AND tenant = 'acme';
     UPDATE audit_entries SET sequence = 3 WHERE sequence = -1 AND tenant = 'acme'`,
    2,
  ],
  ["an entry of another tenant", "DELETE FROM audit_entries WHERE tenant = 'acme'; UPDATE audit_entries SET tenant = 'acme'", 1],
  [
    "an entry before all",
    "INSERT INTO audit_entries SELECT tenant, -5, at, type, actor, action, resource, outcome, details, trace_id, hash FROM audit_entries WHERE sequence = 1 AND tenant = 'acme'",
    6,
  ],
  ["a number that no number can be", "UPDATE audit_entries SET sequence = 9223372036854775807 WHERE sequence = 5 AND tenant = 'acme'", 5],
])("verifying finds %s", async (_, statements, place) => {
  using world = securityWorld();
  await using server = await world.hold();
  for (let count = 0; count < 5; count += 1) await record(server, { details: { count } });
  await server.call("audit_log", { event: EVENT }, { tenant: "globex" });
  expect(await verdict(server)).toMatchObject({ valid: true, entries: 5 });
  {
    using database = new DatabaseSync(world.database, { timeout: 10_000 });
    database.exec(statements);
  }
  expect(await verdict(server)).toMatchObject({ valid: false, first_bad: place });
  // Looking at what is there still works, and the next entry makes nothing good.
  await server.call("audit_log", {});
  await server.call("audit_log", { event: EVENT });
  expect(await verdict(server)).toMatchObject({ valid: false });
});

test("a checkpoint that was kept elsewhere proves that a log was put back, with its signature", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  await record(server);
  using database = new DatabaseSync(world.database, { timeout: 10_000 });
  const old = database.prepare("SELECT * FROM audit_heads").get();
  const kept = await record(server);
  expect(await verdict(server, kept)).toMatchObject({ valid: true });
  database.exec("DELETE FROM audit_entries WHERE sequence = 2");
  database
    .prepare("UPDATE audit_heads SET sequence = ?, hash = ?, signature = ?")
    .run(1, String(old?.["hash"]), String(old?.["signature"]));
  expect(await verdict(server)).toMatchObject({ valid: true, entries: 1 });
  expect(await verdict(server, kept)).toMatchObject({ valid: false, first_bad: 2 });
  await record(server, { action: "write" });
  expect(await verdict(server, kept)).toMatchObject({ valid: false, first_bad: 2 });
  expect(await verdict(server, { ...kept, sequence: 1 })).toMatchObject({
    valid: false,
    problem: expect.stringContaining("not signed here") as unknown,
  });
});

test("odd events stay as they are, and verify", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  let nested: unknown = "bottom";
  for (let level = 0; level < 100; level += 1) nested = { "": [nested] };
  const odd = [
    { details: { n: 2 ** 53 + 2, small: 5e-324, zero: -0, large: 1.7976931348623157e308 } },
    { details: JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "": 3}') as object },
    { details: { nested } },
    { details: { text: "\u0000\ud83d\ude00\u2028" }, resource: "\u0000'; DROP TABLE audit_entries; --" },
    { type: "__proto__", actor: "😀", action: "'" },
  ];
  for (const event of odd) await record(server, event);
  expect(await verdict(server)).toMatchObject({ valid: true, entries: 5 });
  const { entries } = await server.call<{ entries: { details: object }[] }>("audit_log", {});
  expect(JSON.stringify(entries[1]?.details)).toBe('{"constructor":2,"":3}');
});

test("what others call themselves is no Unicode text, and the log stays whole", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  await server.refusal("authenticate", { client_id: "\ud800", client_secret: "x" });
  await server.refusal("encrypt", { file: "\udfff" });
  expect(await verdict(server)).toMatchObject({ valid: true, entries: 2 });
});

test("events are found by what they are, page by page", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  for (let count = 0; count < 7; count += 1) {
    await record(server, {
      actor: count % 2 === 0 ? "even" : "odd",
      resource: `/data/${count}`,
      outcome: count > 4 ? "denied" : "success",
    });
  }
  interface Page {
    readonly entries: readonly { readonly sequence: number }[];
    readonly next_cursor?: string;
  }
  const numbers = async (query: object) => (await server.call<Page>("audit_log", query)).entries.map(({ sequence }) => sequence);
  expect(await numbers({ actor: "even" })).toEqual([1, 3, 5, 7]);
  expect(await numbers({ actor: "odd", outcome: "denied" })).toEqual([6]);
  expect(await numbers({ resource: "/data/3" })).toEqual([4]);
  expect(await numbers({ type: "other" })).toEqual([]);
  expect(await numbers({ until: "2020-01-01T00:00:00Z" })).toEqual([]);
  expect(await numbers({ from: "2020-01-01T00:00:00+02:00" })).toHaveLength(7);
  const first = await server.call<Page>("audit_log", { limit: 4 });
  expect(first.next_cursor).toBe("4");
  expect(await numbers({ limit: 4, cursor: first.next_cursor })).toEqual([5, 6, 7]);
});

test("an event that is recorded twice with one key is there once", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const one = await server.call("audit_log", { event: EVENT }, { key: "k" });
  expect(await server.call("audit_log", { event: EVENT }, { key: "k" })).toEqual(one);
  expect(await verdict(server)).toMatchObject({ valid: true, entries: 1 });
});
