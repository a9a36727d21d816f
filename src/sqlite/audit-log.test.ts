import { generateKeyPairSync } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { rebuild, sampleEntry, SINK, tamper, writeAuditLog, writeUnsigned } from "../../test/support/audit-samples.ts";
import { AuditingChild } from "../../test/support/auditing-child.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { present } from "../base/assert.ts";
import { systemClock } from "../base/clock.ts";
import type { AuditVerdict } from "../model/audit.ts";
import { openAuditLog } from "./audit-log.ts";
import { auditReader } from "./audit-reader.ts";

async function verdictOf(directory: string): Promise<AuditVerdict> {
  return await auditReader({ directory }).verify({});
}

test("a log that nothing is written to makes no file", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "data");
  {
    await using _log = await openAuditLog({ directory, clock: systemClock });
  }
  expect(existsSync(directory)).toBe(false);
});

test("all files of a log are for its user alone", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "data");
  await using log = await openAuditLog({ directory, clock: systemClock });
  await log.record(sampleEntry(1));
  const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(Object.fromEntries(modes)).toEqual({
    "audit.db": 0o600,
    "audit.db-shm": 0o600,
    "audit.db-wal": 0o600,
    "audit.head": 0o600,
    "audit.key": 0o600,
  });
});

test("entries come back as they were recorded, with their numbers and moments", async () => {
  using temporary = temporaryDirectory();
  const clock = new ManualClock();
  await using log = await openAuditLog({ directory: temporary.path, clock });
  const entries = [
    sampleEntry(1),
    sampleEntry(2, { action: "token", decision: "denied", reason: "umlaut ä, \ud83d\ude00, \u0000 and \ud800" }),
  ];
  for (const entry of entries) await log.record(entry);
  const page = await auditReader({ directory: temporary.path }).query({ limit: 10, oldestFirst: true });
  expect(page.entries).toEqual(entries.map((entry, place) => ({ seq: place + 1, atMs: clock.nowMs(), ...entry })));
});

test("all entries of one turn of the event loop are one transaction, in the order of the calls", async () => {
  using temporary = temporaryDirectory();
  await using log = await openAuditLog({ directory: temporary.path, clock: new ManualClock() });
  await log.record(sampleEntry(0));
  using other = new DatabaseSync(join(temporary.path, "audit.db"));
  const seen: number[] = [];
  const count = (): number => Number(present(other.prepare("SELECT count(*) AS count FROM entries").get(), "a count has a row")["count"]);
  await Promise.all(
    Array.from({ length: 100 }, async (_, place) => {
      await log.record(sampleEntry(place + 1));
      seen.push(count());
    }),
  );
  expect(new Set(seen)).toEqual(new Set([101]));
  const { entries } = await auditReader({ directory: temporary.path }).query({ limit: 1_000, oldestFirst: true });
  expect(entries.map(({ requestId }) => requestId)).toEqual(Array.from({ length: 101 }, (_, place) => `request-${place}`));
});

test("an entry is signed within a second", async () => {
  using temporary = temporaryDirectory();
  const clock = new ManualClock();
  await using log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(1));
  clock.advance(999);
  expect(await verdictOf(temporary.path)).toMatchObject({ entries: 1, signedSeq: 0 });
  clock.advance(1);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 1, signedSeq: 1, checkpoints: 2 });
  clock.advance(60_000);
  expect(await verdictOf(temporary.path)).toMatchObject({ checkpoints: 2 });
});

test("at most a thousand entries wait for a signature", async () => {
  using temporary = temporaryDirectory();
  await using log = await openAuditLog({ directory: temporary.path, clock: new ManualClock() });
  await Promise.all(Array.from({ length: 999 }, (_, place) => log.record(sampleEntry(place))));
  expect(await verdictOf(temporary.path)).toMatchObject({ entries: 999, signedSeq: 0 });
  await log.record(sampleEntry(999));
  expect(await verdictOf(temporary.path)).toMatchObject({ entries: 1_000, signedSeq: 1_000 });
});

test("closing writes what nobody has waited for, and signs it", async () => {
  using temporary = temporaryDirectory();
  {
    await using log = await openAuditLog({ directory: temporary.path, clock: new ManualClock() });
    for (let place = 0; place < 50; place += 1) void log.record(sampleEntry(place));
  }
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 50, signedSeq: 50 });
  expect(readdirSync(temporary.path).sort()).toContain("audit.head");
});

test("a closed log takes nothing more", async () => {
  using temporary = temporaryDirectory();
  const log = await openAuditLog({ directory: temporary.path, clock: new ManualClock() });
  await log[Symbol.asyncDispose]();
  await expect(log.record(sampleEntry(1))).rejects.toThrow("has been closed");
});

test("a log of ten thousand entries by several writers is sound, and is verified in seconds", async () => {
  using temporary = temporaryDirectory();
  for (let round = 0; round < 4; round += 1) {
    await using log = await openAuditLog({ directory: temporary.path, clock: systemClock });
    await Promise.all(Array.from({ length: 2_500 }, (_, place) => log.record(sampleEntry(place))));
  }
  const startedMs = performance.now();
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 10_000, signedSeq: 10_000, takenOver: 0 });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

test.each([1, 2, 3])(
  "whatever was acknowledged is there after kill -9, and the log is sound before and after it is taken over (round %i)",
  async (round) => {
    using temporary = temporaryDirectory();
    await using child = new AuditingChild(temporary.path, 0);
    await child.ready();
    child.begin();
    const acknowledged = [...(await child.lines(700 * round)), ...(await child.kill())];
    const dead = await verdictOf(temporary.path);
    expect(dead).toMatchObject({ sound: true, findings: [] });
    // More may have been written whose acknowledgement died with the process.
    expect(dead.entries).toBeGreaterThanOrEqual(acknowledged.length);

    await writeAuditLog(temporary.path, 1);
    const next = await verdictOf(temporary.path);
    expect(next).toMatchObject({
      sound: true,
      entries: dead.entries + 1,
      signedSeq: dead.entries + 1,
      takenOver: dead.entries - dead.signedSeq,
    });
  },
);

test("several processes begin a log at once and write it together: nothing is lost, and it is sound", async () => {
  using temporary = temporaryDirectory();
  await using children = new AsyncDisposableStack();
  const writers = Array.from({ length: 4 }, () => children.use(new AuditingChild(temporary.path, 400)));
  await Promise.all(writers.map((writer) => writer.ready()));
  for (const writer of writers) writer.begin();
  const said = await Promise.all(writers.map((writer) => writer.lines(400)));
  expect(await Promise.all(writers.map((writer) => writer.ended()))).toEqual([0, 0, 0, 0]);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, findings: [], entries: 1_600, signedSeq: 1_600 });
  for (const lines of said) {
    const [first = ""] = lines;
    const { entries } = await auditReader({ directory: temporary.path }).query({ limit: 1_000, oldestFirst: true });
    const own = entries.filter(({ requestId = "" }) => requestId.startsWith(`${first.split("-")[0]}-`)).map(({ requestId }) => requestId);
    expect(lines.slice(0, own.length)).toEqual(own);
  }
});

test("a head whose maker died before it was in its place is put there by the next writer, and is good until then", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 2);
  copyFileSync(join(temporary.path, "audit.head"), join(temporary.path, "older"));
  await writeAuditLog(temporary.path, 1);
  const head = join(temporary.path, "audit.head");
  renameSync(head, join(temporary.path, "audit.head.4.new"));
  renameSync(join(temporary.path, "older"), head);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, signedSeq: 3 });
  await writeAuditLog(temporary.path, 1);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, signedSeq: 4 });
  expect(readdirSync(temporary.path).filter((name) => name.endsWith(".new"))).toEqual([]);
});

test("a head whose checkpoint was never committed counts for nothing", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 2);
  writeFileSync(join(temporary.path, "audit.head.4.new"), `{"number":4`);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true });
  await writeAuditLog(temporary.path, 2);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, signedSeq: 4 });
});

test.each([
  ["whose end was cut", "DELETE FROM checkpoints WHERE number > 2; DELETE FROM entries WHERE seq > 1", "audit.head is of checkpoint 4"],
  ["that was emptied", "DELETE FROM checkpoints; DELETE FROM entries", "audit.head says that there are 3 entries"],
  [
    "whose signed end was changed",
    "UPDATE entries SET hash = 'x' WHERE seq = 3",
    "newest checkpoint is of entry 3, which is not there or not the same",
  ],
])("a log %s is not written to, so that the next checkpoint does not cover the traces", async (_, sql, detail) => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 3);
  tamper(temporary.path, sql);
  const before = await verdictOf(temporary.path);
  await expect(writeAuditLog(temporary.path, 1)).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "damaged" } });
  await expect(writeAuditLog(temporary.path, 1)).rejects.toThrow(detail);
  expect(await verdictOf(temporary.path)).toEqual(before);
});

test("a log that is cut while it is in use is not written to, also when its head fits what is left", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 1);
  const head = readFileSync(join(temporary.path, "audit.head"));
  const clock = new ManualClock();
  const log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(2));
  clock.advance(1_000);
  tamper(temporary.path, "DELETE FROM checkpoints WHERE number > 2; DELETE FROM entries WHERE seq > 1");
  writeFileSync(join(temporary.path, "audit.head"), head);
  await expect(log.record(sampleEntry(3))).rejects.toThrow("entry 2 was there and is not there any more");
  await expect(log.record(sampleEntry(4))).rejects.toThrow("entry 2 was there and is not there any more");
  await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "journal.unusable" });
  expect(await verdictOf(temporary.path)).toMatchObject({ entries: 1 });
  expect(readFileSync(join(temporary.path, "audit.head"))).toEqual(head);
});

test.each([
  ["swallows entries", SINK],
  ["looks at them", "CREATE TRIGGER sink AFTER INSERT ON entries BEGIN DELETE FROM checkpoints WHERE 0; END"],
])("a log into which something is put that %s is not written to", async (_, sql) => {
  using temporary = temporaryDirectory();
  const clock = new ManualClock();
  const log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(1));
  rebuild(temporary.path, sql);
  await log.record(sampleEntry(2)).catch(() => undefined);
  clock.advance(1_000);
  await expect(log.record(sampleEntry(3))).rejects.toMatchObject({ code: "journal.unusable", details: { reason: "damaged" } });
  await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "journal.unusable" });
  await expect(writeAuditLog(temporary.path, 1)).rejects.toThrow('the trigger "sink" was put in');
});

test("an entry that is swallowed was not recorded", async () => {
  using temporary = temporaryDirectory();
  const log = await openAuditLog({ directory: temporary.path, clock: new ManualClock() });
  await log.record(sampleEntry(1));
  rebuild(temporary.path, SINK);
  await expect(log.record(sampleEntry(2))).rejects.toThrow("it does not take entry 2");
  await expect(log[Symbol.asyncDispose]()).rejects.toThrow("it does not take entry 2");
});

test("a log whose checkpoints are taken out while it is in use is not signed again", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 1);
  const head = readFileSync(join(temporary.path, "audit.head"));
  const clock = new ManualClock();
  const log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(2));
  clock.advance(1_000);
  await log.record(sampleEntry(3));
  tamper(temporary.path, "DELETE FROM checkpoints WHERE number > 2");
  writeFileSync(join(temporary.path, "audit.head"), head);
  clock.advance(1_000);
  await expect(log.record(sampleEntry(4))).rejects.toThrow("checkpoint 3 was there and is not there any more");
  await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "journal.unusable" });
  expect(readFileSync(join(temporary.path, "audit.head"))).toEqual(head);
});

test("a log without its head is not written to, until both are moved away", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 3);
  rmSync(join(temporary.path, "audit.head"));
  await expect(writeAuditLog(temporary.path, 1)).rejects.toThrow("audit.head is missing");
  rmSync(join(temporary.path, "audit.db"));
  await writeAuditLog(temporary.path, 1);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 1 });
});

test("a log whose key was removed is not gone on with under another", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, 3);
  rmSync(join(temporary.path, "audit.key"));
  await expect(writeAuditLog(temporary.path, 1)).rejects.toMatchObject({ code: "file.unreadable" });
  expect(existsSync(join(temporary.path, "audit.key"))).toBe(false);
});

test("what could not be signed keeps the next entry from being recorded, until it can be", async () => {
  using temporary = temporaryDirectory();
  const clock = new ManualClock();
  await using log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(1));
  const obstacle = join(temporary.path, "audit.head.2.new");
  mkdirSync(obstacle);
  clock.advance(1_000);
  await expect(log.record(sampleEntry(2))).rejects.toMatchObject({ code: "journal.unusable" });
  expect(await verdictOf(temporary.path)).toMatchObject({ entries: 1, signedSeq: 0 });
  rmSync(obstacle, { recursive: true });
  await log.record(sampleEntry(3));
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 2, signedSeq: 1 });
});

test("closing says when the last entries could not be signed", async () => {
  using temporary = temporaryDirectory();
  const clock = new ManualClock();
  const log = await openAuditLog({ directory: temporary.path, clock });
  await log.record(sampleEntry(1));
  mkdirSync(join(temporary.path, "audit.head.2.new"));
  clock.advance(1_000);
  await expect(log[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "journal.unusable" });
});

test("a log that was moved away while it was in use is begun anew, and the entry that it happened to is refused", async () => {
  using temporary = temporaryDirectory();
  const archive = join(temporary.path, "archive");
  const directory = join(temporary.path, "data");
  mkdirSync(archive);
  await using log = await openAuditLog({ directory, clock: new ManualClock() });
  await log.record(sampleEntry(1));
  for (const name of readdirSync(directory).filter((file) => file !== "audit.key")) renameSync(join(directory, name), join(archive, name));
  await expect(log.record(sampleEntry(2))).rejects.toThrow("has been moved or removed while in use");
  await log.record(sampleEntry(3));
  expect(await verdictOf(directory)).toMatchObject({ sound: true, entries: 1 });
});

test("a configured key signs, and none is made", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "data");
  const keyFile = join(temporary.path, "ours.pem");
  writeFileSync(keyFile, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
  {
    await using log = await openAuditLog({ directory, clock: systemClock, keyFile });
    await log.record(sampleEntry(1));
  }
  expect(readdirSync(directory)).not.toContain("audit.key");
  expect(await auditReader({ directory, keyFile }).verify({})).toMatchObject({ sound: true, signedSeq: 1 });
  expect(readFileSync(join(directory, "audit.head"), "utf8")).not.toContain("PRIVATE");
});

test("after a change of the key the log is sound for whoever trusts both", async () => {
  using temporary = temporaryDirectory();
  const directory = join(temporary.path, "data");
  const keyFile = join(temporary.path, "ours.pem");
  writeFileSync(keyFile, generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeAuditLog(directory, 2);
  {
    await using log = await openAuditLog({ directory, clock: systemClock, keyFile });
    await log.record(sampleEntry(3));
  }
  const keys = [auditReader({ directory }), auditReader({ directory, keyFile })].map(
    async (reader) => (await reader.head())?.publicKey ?? "",
  );
  const [before = "", after = ""] = await Promise.all(keys);
  expect(await auditReader({ directory }).verify({ publicKeys: before + after })).toMatchObject({ sound: true, entries: 3 });
  expect((await auditReader({ directory, keyFile }).verify({})).findings.map(({ kind }) => kind)).toEqual(["key", "key", "key"]);
});

test.each([
  ["is not there", undefined],
  ["is none", "x"],
  ["is of another kind", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
])("a configured key that %s is refused with the file and the way to make one", async (_, text) => {
  using temporary = temporaryDirectory();
  const keyFile = join(temporary.path, "ours.pem");
  if (text !== undefined) writeFileSync(keyFile, text);
  await using log = await openAuditLog({ directory: temporary.path, clock: systemClock, keyFile });
  await expect(log.record(sampleEntry(1))).rejects.toMatchObject({ code: "file.unreadable", details: { file: keyFile } });
  await expect(log.record(sampleEntry(1))).rejects.toThrow("openssl genpkey -algorithm ed25519");
});

test("an entry of any size and depth becomes one of limited size", async () => {
  using temporary = temporaryDirectory();
  await using log = await openAuditLog({ directory: temporary.path, clock: systemClock });
  const deep = JSON.parse(`${"[".repeat(2_000)}1${"]".repeat(2_000)}`) as never;
  await log.record(sampleEntry(1, { reason: "x".repeat(100_000) }));
  await log.record(sampleEntry(2, { details: { text: "x".repeat(100_000) } }));
  await log.record(sampleEntry(3, { details: deep }));
  const { entries } = await auditReader({ directory: temporary.path }).query({ limit: 10, oldestFirst: true });
  expect(entries.map(({ details }) => details).slice(1)).toEqual(["[left out: more than 16 KiB]", "[left out: more than 100 levels]"]);
  expect(entries[0]?.reason).toHaveLength(4_097);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true });
});

test("the file refuses changes by accident", async () => {
  using temporary = temporaryDirectory();
  await writeUnsigned(temporary.path, 2);
  using database = new DatabaseSync(join(temporary.path, "audit.db"));
  expect(() => database.exec("UPDATE entries SET tenant = 'x' WHERE seq = 1")).toThrow("never changed");
  expect(() => database.exec("DELETE FROM entries WHERE seq = 1")).toThrow("never removed");
  expect(() => database.exec("INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 1")).toThrow("follow one another");
  expect(() => database.exec("UPDATE checkpoints SET seq = 7")).toThrow("never changed");
  expect(() => database.exec("DELETE FROM checkpoints")).toThrow("never removed");
});
