import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { SINK, rebuild, tamper, writeAuditLog, writeUnsigned } from "../../test/support/audit-samples.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { present } from "../base/assert.ts";
import type { AuditCheckpoint, AuditFinding, AuditVerdict } from "../model/audit.ts";
import { entryHash } from "./audit-chain.ts";
import { parseCheckpoint, printCheckpoint } from "./audit-checkpoint.ts";
import { auditReader } from "./audit-reader.ts";
import { contentHash } from "./stored-json.ts";

const ENTRIES = 10;

async function verdictOf(directory: string, head?: AuditCheckpoint): Promise<AuditVerdict> {
  return await auditReader({ directory }).verify(head === undefined ? {} : { head });
}

function readHead(directory: string): AuditCheckpoint {
  return present(parseCheckpoint(readFileSync(join(directory, "audit.head"), "utf8")), "the head is a checkpoint");
}

/** Makes the hashes from an entry on fit again, as somebody does who knows how they are made. */
function rehash(directory: string, from: number): void {
  tamper(directory, (database) => {
    type Row = { readonly seq: number; readonly at_ms: number; readonly writer: string; readonly entry: string; readonly hash: string };
    const rows = database.prepare("SELECT * FROM entries ORDER BY seq").all() as unknown as readonly Row[];
    let previousHash = "0".repeat(64);
    for (const { seq, at_ms: atMs, writer, entry, hash } of rows) {
      const fitting = seq < from ? hash : entryHash({ seq, atMs, writer, previousHash, entry });
      if (seq >= from) database.prepare("UPDATE entries SET previous_hash = ?, hash = ? WHERE seq = ?").run(previousHash, fitting, seq);
      previousHash = fitting;
    }
  });
}

test("a log that nobody has touched is sound, and says how much of it is signed", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, ENTRIES);
  expect(await verdictOf(temporary.path)).toEqual({
    sound: true,
    findings: [],
    entries: ENTRIES,
    checkpoints: ENTRIES + 1,
    signedSeq: ENTRIES,
    takenOver: 0,
  });
});

test("where there is no log, there is nothing wrong", async () => {
  using temporary = temporaryDirectory();
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 0 });
});

interface Tampering {
  readonly what: string;
  readonly how: (directory: string) => void;
  /** Some of the findings; each must be there. */
  readonly found: readonly Partial<AuditFinding>[];
}

const CONTENT = `json_set(entry, '$.details.arguments.amount', 1000000)`;

const TAMPERINGS: readonly Tampering[] = [
  {
    what: "an entry was edited",
    how: (directory) => tamper(directory, `UPDATE entries SET entry = ${CONTENT} WHERE seq = 5`),
    found: [{ kind: "entry", seq: 5, message: expect.stringContaining("entry 5 is not what was written") as string }],
  },
  {
    what: "a moment was edited",
    how: (directory) => tamper(directory, "UPDATE entries SET at_ms = at_ms - 60000 WHERE seq = 5"),
    found: [{ kind: "entry", seq: 5 }],
  },
  {
    what: "a writer was edited",
    how: (directory) => tamper(directory, "UPDATE entries SET writer = '0123456789abcdef' WHERE seq = 5"),
    found: [{ kind: "entry", seq: 5 }],
  },
  {
    what: "an entry was edited, and its hash with it",
    how: (directory) => {
      tamper(directory, `UPDATE entries SET entry = ${CONTENT} WHERE seq = 5`);
      rehash(directory, 5);
    },
    found: [{ kind: "checkpoint", seq: 5, message: expect.stringContaining("the entries up to 5 are not those") as string }],
  },
  {
    what: "an entry was edited, and all hashes after it, and the checkpoints",
    how: (directory) => {
      tamper(directory, `UPDATE entries SET entry = ${CONTENT} WHERE seq = 5`);
      rehash(directory, 5);
      tamper(directory, "UPDATE checkpoints SET hash = (SELECT hash FROM entries WHERE entries.seq = checkpoints.seq) WHERE seq > 0");
    },
    found: [
      { kind: "checkpoint", seq: 5, message: expect.stringContaining("checkpoint 6 is forged") as string },
      { kind: "checkpoint", seq: 10 },
    ],
  },
  {
    what: "a column for queries was edited",
    how: (directory) => tamper(directory, "UPDATE entries SET tenant = 'rival', user_id = NULL WHERE seq = 7"),
    found: [
      {
        kind: "entry",
        seq: 7,
        message: 'entry 7 has "rival" in the column tenant, and "acme" was written; nothing in the column user_id, and "ada" was written',
      },
    ],
  },
  {
    what: "an index was edited, so that queries miss an entry",
    how: (directory) => {
      tamper(
        directory,
        `DROP INDEX entries_by_request;
        CREATE INDEX entries_by_request ON entries (request_id) WHERE request_id IS NOT NULL AND seq <> 5;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, ' AND seq <> 5', '') WHERE name = 'entries_by_request';`,
      );
    },
    found: [{ kind: "database", message: expect.stringContaining("missing from index entries_by_request") as string }],
  },
  {
    what: "a trigger was put in that swallows entries",
    how: (directory) => rebuild(directory, SINK),
    found: [{ kind: "database", message: 'the trigger "sink" was put in' }],
  },
  {
    what: "a trigger was taken out",
    how: (directory) => rebuild(directory, "DROP TRIGGER entries_stay"),
    found: [{ kind: "database", message: 'the trigger "entries_stay" was taken out' }],
  },
  {
    what: "a view was put in the place of the entries",
    how: (directory) =>
      rebuild(directory, "ALTER TABLE entries RENAME TO others; CREATE VIEW entries AS SELECT * FROM others WHERE seq <> 5"),
    found: [{ kind: "database", message: 'the view "entries" was put in' }],
  },
  {
    what: "an entry was taken out of the middle",
    how: (directory) => tamper(directory, "DELETE FROM entries WHERE seq = 4"),
    found: [{ kind: "gap", seq: 4, message: "entry 4 is missing" }],
  },
  {
    what: "several were taken out of the middle",
    how: (directory) => tamper(directory, "DELETE FROM entries WHERE seq BETWEEN 4 AND 6"),
    found: [{ kind: "gap", seq: 4, message: "entries 4 to 6 are missing" }],
  },
  {
    what: "the first was taken out",
    how: (directory) => tamper(directory, "DELETE FROM entries WHERE seq = 1"),
    found: [{ kind: "gap", seq: 1, message: "entry 1 is missing" }],
  },
  {
    what: "one was taken out, and the others were given its number",
    how: (directory) => {
      tamper(
        directory,
        "DELETE FROM entries WHERE seq = 4; UPDATE entries SET seq = -seq + 1 WHERE seq > 4; UPDATE entries SET seq = -seq WHERE seq < 0",
      );
      rehash(directory, 4);
    },
    found: [{ kind: "checkpoint", seq: 4 }, { kind: "tail" }],
  },
  {
    what: "two were exchanged",
    how: (directory) =>
      tamper(
        directory,
        "UPDATE entries SET seq = -5 WHERE seq = 5; UPDATE entries SET seq = 5 WHERE seq = 6; UPDATE entries SET seq = 6 WHERE seq = -5",
      ),
    found: [
      { kind: "chain", seq: 5 },
      { kind: "entry", seq: 5 },
      { kind: "entry", seq: 6 },
    ],
  },
  {
    what: "one was put in before the first",
    how: (directory) =>
      tamper(
        directory,
        "INSERT INTO entries SELECT 0, at_ms, writer, entry, action, decision, tenant, user_id, request_id, trace_id, execution_id, workflow_id, previous_hash, hash FROM entries WHERE seq = 1",
      ),
    found: [{ kind: "chain", seq: 0 }],
  },
  {
    what: "the tail was cut",
    how: (directory) => tamper(directory, "DELETE FROM entries WHERE seq > 7"),
    found: [{ kind: "tail", seq: 7, message: "the log ends with entry 7, and there was an entry 10, as checkpoint 11 says" }],
  },
  {
    what: "the tail was cut, with its checkpoints",
    how: (directory) => tamper(directory, "DELETE FROM entries WHERE seq > 7; DELETE FROM checkpoints WHERE seq > 7"),
    found: [
      { kind: "tail", seq: 7, message: "the log ends with entry 7, and there was an entry 10, as audit.head says" },
      { kind: "head" },
    ],
  },
  {
    what: "the tail was cut, with its checkpoints and the head",
    how: (directory) => {
      tamper(directory, "DELETE FROM entries WHERE seq > 7; DELETE FROM checkpoints WHERE seq > 7");
      rmSync(join(directory, "audit.head"));
    },
    found: [{ kind: "head", message: "audit.head is missing; it must hold checkpoint 8" }],
  },
  {
    what: "the log was emptied",
    how: (directory) => tamper(directory, "DELETE FROM entries; DELETE FROM checkpoints"),
    found: [{ kind: "checkpoint" }, { kind: "tail", seq: 0 }],
  },
  {
    what: "the log was removed",
    how: (directory) => rmSync(join(directory, "audit.db")),
    found: [{ kind: "tail", seq: 0, message: "there is no audit.db, and audit.head shows that there was one, with 10 entries" }],
  },
  {
    what: "a checkpoint was taken out of the middle",
    how: (directory) => tamper(directory, "DELETE FROM checkpoints WHERE number IN (3, 4)"),
    found: [{ kind: "checkpoint", message: "checkpoints 3 to 4 are missing" }],
  },
  {
    what: "the newest checkpoint was taken out",
    how: (directory) => tamper(directory, "DELETE FROM checkpoints WHERE number = 11"),
    found: [{ kind: "head", message: "audit.head holds checkpoint 11, and the newest is 10: later ones were taken out" }],
  },
  {
    what: "all checkpoints were taken out, and the head",
    how: (directory) => {
      tamper(directory, "DELETE FROM checkpoints");
      rmSync(join(directory, "audit.head"));
    },
    found: [{ kind: "checkpoint", message: "there is no checkpoint: nothing in the log is signed" }],
  },
  {
    what: "a checkpoint was edited",
    how: (directory) => tamper(directory, "UPDATE checkpoints SET taken_over = 3 WHERE number = 6"),
    found: [{ kind: "checkpoint", seq: 5, message: expect.stringContaining("checkpoint 6 is forged") as string }],
  },
  {
    what: "a signature was edited",
    how: (directory) => tamper(directory, "UPDATE checkpoints SET signature = 'AAAA' WHERE number = 6"),
    found: [{ kind: "checkpoint", seq: 5 }],
  },
  {
    what: "the newest checkpoint was renumbered",
    how: (directory) => tamper(directory, "UPDATE checkpoints SET number = 12 WHERE number = 11"),
    found: [
      { kind: "checkpoint", message: "checkpoint 11 is missing" },
      { kind: "checkpoint", message: expect.stringContaining("checkpoint 12 is forged") as string },
    ],
  },
  {
    what: "the head was removed",
    how: (directory) => rmSync(join(directory, "audit.head")),
    found: [{ kind: "head", message: "audit.head is missing; it must hold checkpoint 11" }],
  },
  {
    what: "the head is an older one",
    how: (directory) => {
      using database = new DatabaseSync(join(directory, "audit.db"));
      const row = present(database.prepare("SELECT * FROM checkpoints WHERE number = 5").get(), "it is there") as Readonly<
        Record<string, never>
      >;
      const { number, seq, hash, at_ms: atMs, taken_over: takenOver, key_id: keyId, signature } = row;
      writeFileSync(
        join(directory, "audit.head"),
        printCheckpoint({ number, seq, hash, atMs, takenOver, keyId, signature } as unknown as AuditCheckpoint),
      );
    },
    found: [{ kind: "head", message: "audit.head holds checkpoint 5, and the newest is 11: the file is an old one or was changed" }],
  },
  {
    what: "the head is forged",
    how: (directory) => writeFileSync(join(directory, "audit.head"), printCheckpoint({ ...readHead(directory), signature: "AAAA" })),
    found: [{ kind: "checkpoint", message: "audit.head is forged or was changed: its signature does not fit" }, { kind: "head" }],
  },
  {
    what: "the head is something else",
    how: (directory) => writeFileSync(join(directory, "audit.head"), "[1"),
    found: [{ kind: "head", message: "audit.head does not hold a checkpoint; it must hold checkpoint 11" }],
  },
  {
    what: "the head is a directory",
    how: (directory) => {
      rmSync(join(directory, "audit.head"));
      mkdirSync(join(directory, "audit.head"));
    },
    found: [{ kind: "head", message: "audit.head does not hold a checkpoint; it must hold checkpoint 11" }],
  },
  {
    what: "the key was exchanged",
    how: (directory) =>
      writeFileSync(join(directory, "audit.key"), generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })),
    found: [{ kind: "key", message: expect.stringContaining("which is not trusted") as string }],
  },
  {
    what: "a number is larger than any that is ever written",
    how: (directory) => tamper(directory, "UPDATE entries SET seq = 9007199254740993 WHERE seq = 10"),
    found: [{ kind: "database", message: "it holds a number that was never written" }],
  },
  {
    what: "an entry is no JSON",
    how: (directory) => {
      tamper(directory, "UPDATE entries SET entry = 'x' WHERE seq = 10");
      rehash(directory, 10);
    },
    found: [{ kind: "entry", seq: 10, message: "entry 10 is not JSON" }],
  },
];

describe("verifying finds it when", () => {
  test.each(TAMPERINGS)("$what", async ({ how, found }) => {
    using temporary = temporaryDirectory();
    await writeAuditLog(temporary.path, ENTRIES);
    how(temporary.path);
    const { sound, findings } = await verdictOf(temporary.path);
    expect(sound).toBe(false);
    for (const finding of found) expect(findings).toContainEqual(expect.objectContaining(finding));
  });
});

test("verifying changes nothing", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, ENTRIES);
  const before = contentsOf(temporary.path);
  await verdictOf(temporary.path);
  expect(contentsOf(temporary.path)).toEqual(before);
});

/** Without what SQLite itself puts beside a file that it reads. */
function contentsOf(directory: string): readonly string[] {
  const names = readdirSync(directory).filter((name) => !/-(wal|shm)$/.test(name));
  return names.map((name) => `${name} ${contentHash(readFileSync(join(directory, name), "base64"))}`);
}

test("a log that was put back as it was earlier looks sound, and a head that was kept elsewhere tells", async () => {
  using temporary = temporaryDirectory();
  const [log, earlier] = [join(temporary.path, "log"), join(temporary.path, "earlier")];
  await writeAuditLog(log, ENTRIES);
  cpSync(log, earlier, { recursive: true });
  await writeAuditLog(log, 5);
  const kept = readHead(log);
  expect(await verdictOf(log, kept)).toMatchObject({ sound: true, entries: 15 });
  expect(await verdictOf(earlier)).toMatchObject({ sound: true, entries: 10 });
  const { findings } = await verdictOf(earlier, kept);
  expect(findings).toEqual([
    { kind: "tail", seq: 10, message: "the log ends with entry 10, and there was an entry 15, as the head that was kept elsewhere says" },
  ]);
});

test("a new log in place of the old one is told by a head that was kept elsewhere", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, ENTRIES);
  const kept = readHead(temporary.path);
  for (const file of ["audit.db", "audit.head"]) rmSync(join(temporary.path, file));
  await writeAuditLog(temporary.path, 2 * ENTRIES);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true });
  const { findings } = await verdictOf(temporary.path, kept);
  expect(findings).toMatchObject([{ kind: "checkpoint", seq: 10 }]);
});

test("a verifier elsewhere needs the public key and no secret", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, ENTRIES);
  const { publicKey = "" } = present(await auditReader({ directory: temporary.path }).head(), "there is a log");
  rmSync(join(temporary.path, "audit.key"));
  const reader = auditReader({ directory: temporary.path });
  expect(publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  await expect(reader.verify({ publicKeys: publicKey })).resolves.toMatchObject({ sound: true });
  await expect(reader.verify({})).rejects.toMatchObject({ code: "file.unreadable" });
  await expect(reader.verify({ publicKeys: "x" })).rejects.toMatchObject({ code: "input.invalid" });
  const other = generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }).toString();
  await expect(reader.verify({ publicKeys: other })).resolves.toMatchObject({
    sound: false,
    findings: expect.arrayContaining([expect.objectContaining({ kind: "key" })]) as unknown,
  });
  await expect(reader.verify({ publicKeys: other + publicKey })).resolves.toMatchObject({ sound: true });
});

test("entries that their writer did not live to sign are sound, and are counted", async () => {
  using temporary = temporaryDirectory();
  await writeAuditLog(temporary.path, ENTRIES);
  await writeUnsigned(temporary.path, 3);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 13, signedSeq: 10, takenOver: 0 });
  await writeAuditLog(temporary.path, 1);
  expect(await verdictOf(temporary.path)).toMatchObject({ sound: true, entries: 14, signedSeq: 14, takenOver: 3 });
});

test("no more is told than a person can read", async () => {
  using temporary = temporaryDirectory();
  await writeUnsigned(temporary.path, 500);
  tamper(temporary.path, "UPDATE entries SET at_ms = at_ms + 1");
  expect((await verdictOf(temporary.path)).findings).toHaveLength(100);
});
