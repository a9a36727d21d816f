import { createHash, sign, verify } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { State } from "../kit/state/state.ts";
import type { SigningKey } from "./signing-key.ts";

/*
 * A1. Every entry has the hash of the one before it, and its own hash is of everything that is in it.
 * A2. The newest entry of a tenant is signed: nobody without the key can take entries from the end, or write all anew.
 *     What follows an end that is not signed is never signed either: else the next entry would make good what was changed.
 * A3. Entries are only ever added, each with its signature in one transaction.
 */

export const AUDIT_SCHEMA = `CREATE TABLE audit_entries (
  tenant TEXT NOT NULL, sequence INTEGER NOT NULL, at TEXT NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  resource TEXT NOT NULL, outcome TEXT NOT NULL, details TEXT NOT NULL, trace_id TEXT NOT NULL, hash TEXT NOT NULL,
  PRIMARY KEY (tenant, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_heads (
  tenant TEXT PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL
) STRICT, WITHOUT ROWID;`;

export interface AuditEvent {
  readonly type: string;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly outcome: string;
  /** As JSON, and never parsed to verify: what a number or a nested list becomes when it is read does not matter. */
  readonly details: string;
  /** Empty when there is none. */
  readonly traceId: string;
}

export interface AuditEntry extends AuditEvent {
  readonly sequence: number;
  /** ISO */
  readonly at: string;
  readonly hash: string;
}

/** Says that a tenant's log had an entry with this number and hash. Kept elsewhere, it also proves that nothing was put back. */
export interface Checkpoint {
  readonly sequence: number;
  readonly hash: string;
  /** Ed25519, in base64url. Empty when somebody has changed the log before: then nothing that follows is vouched for (A2). */
  readonly signature: string;
}

export interface AuditVerdict {
  readonly valid: boolean;
  readonly entries: number;
  readonly firstBad?: number;
  readonly problem?: string;
  readonly checkpoint?: Checkpoint;
}

export interface AuditLog {
  /** Adds an entry. In the transaction of whoever calls, if there is one. */
  append(tenant: string, event: AuditEvent, now: Date): Checkpoint;
  /** In order, after a number. */
  after(tenant: string, sequence: number, limit: number): readonly AuditEntry[];
  /** Looks at every entry. @param kept - one that somebody has kept elsewhere */
  verify(tenant: string, kept: Checkpoint | undefined, signal: AbortSignal): Promise<AuditVerdict>;
  count(): number;
}

/** What stands before the first entry. */
const START: ChainEnd = { sequence: 0, hash: "0".repeat(64) };
const PAGE = 500;

export function openAuditLog({ database, transaction }: State, key: SigningKey): AuditLog {
  const insert = database.prepare("INSERT INTO audit_entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const setHead = database.prepare("INSERT OR REPLACE INTO audit_heads VALUES (?, ?, ?, ?)");
  const page = database.prepare("SELECT * FROM audit_entries WHERE tenant = ? AND sequence > ? ORDER BY sequence LIMIT ?");
  const ofTenant = database.prepare("SELECT count(*) AS entries FROM audit_entries WHERE tenant = ?");
  // Somebody may have put numbers there that no number of JavaScript can be: reading them must not fail.
  page.setReadBigInts(true);
  const count = database.prepare("SELECT count(*) AS entries FROM audit_entries");
  const { headOf, endOf, isSigned } = readEnds(database, key);
  const after: AuditLog["after"] = (tenant, sequence, limit) => page.all(tenant, sequence, limit).map(entryOf);
  return {
    append: (tenant, given, now) =>
      transaction(() => {
        const event = asKept(given);
        const before = endOf(tenant);
        const sequence = before.sequence + 1;
        const entry = { ...event, sequence, at: now.toISOString() };
        const hash = hashOf(tenant, entry, before.hash);
        const { type, actor, action, resource, outcome, details, traceId } = event;
        insert.run(tenant, sequence, entry.at, type, actor, action, resource, outcome, details, traceId, hash);
        const signature = before.intact ? sign(null, signedBytes(tenant, sequence, hash), key.privateKey).toString("base64url") : "";
        setHead.run(tenant, sequence, hash, signature);
        return { sequence, hash, signature };
      }),
    after,
    async verify(tenant, kept, signal) {
      if (kept !== undefined && !isSigned(tenant, kept)) {
        return { valid: false, entries: 0, problem: "the checkpoint was not signed here for this tenant" };
      }
      let seen: ChainEnd = START;
      for (;;) {
        // In one look: entries may come while this goes on.
        const { entries, head, total } = transaction(() => ({
          entries: after(tenant, seen.sequence, PAGE),
          head: headOf(tenant),
          total: Number(ofTenant.get(tenant)?.["entries"]),
        }));
        for (const entry of entries) {
          const problem = entryProblem(tenant, entry, seen) ?? keptProblem(entry, kept);
          if (problem !== undefined) return { valid: false, entries: total, firstBad: seen.sequence + 1, problem };
          seen = entry;
        }
        if (entries.length === 0) {
          const problem = endProblem(seen, { head, total, kept, isSigned: (point) => isSigned(tenant, point) });
          const checkpoint = head === undefined ? {} : { checkpoint: head };
          if (problem === undefined) return { valid: true, entries: total, ...checkpoint };
          return { valid: false, entries: total, firstBad: seen.sequence + 1, problem };
        }
        await setImmediate();
        signal.throwIfAborted();
      }
    },
    count: () => Number(count.get()?.["entries"]),
  };
}

/** Where the logs end, as the file says: which may be what somebody has written into it. */
function readEnds(database: DatabaseSync, key: SigningKey) {
  const findHead = database.prepare("SELECT sequence, hash, signature FROM audit_heads WHERE tenant = ?");
  const newest = database.prepare(
    `SELECT sequence, hash FROM audit_entries WHERE tenant = ? AND sequence < ${Number.MAX_SAFE_INTEGER} ORDER BY sequence DESC LIMIT 1`,
  );
  for (const statement of [findHead, newest]) statement.setReadBigInts(true);
  const headOf = (tenant: string): Checkpoint | undefined => {
    const row = findHead.get(tenant);
    if (row === undefined) return undefined;
    return { sequence: Number(row["sequence"]), hash: String(row["hash"]), signature: String(row["signature"]) };
  };
  const isSigned = (tenant: string, { sequence, hash, signature }: Checkpoint): boolean =>
    verify(null, signedBytes(tenant, sequence, hash), key.publicKey, Buffer.from(signature, "base64url"));
  /** After which entry the next one comes, and whether all is as it was left. */
  const endOf = (tenant: string): ChainEnd & { readonly intact: boolean } => {
    const row = newest.get(tenant);
    const last = row === undefined ? START : { sequence: Number(row["sequence"]), hash: String(row["hash"]) };
    const head = headOf(tenant);
    if (head === undefined) return { ...last, intact: row === undefined };
    const intact = head.sequence === last.sequence && head.hash === last.hash && isSigned(tenant, head);
    const { sequence, hash } = head.sequence > last.sequence && head.sequence < Number.MAX_SAFE_INTEGER ? head : last;
    return { sequence, hash, intact };
  };
  return { headOf, endOf, isSigned };
}

/** What is no Unicode text cannot be kept as it is, and its hash would never fit what is kept. */
function asKept(event: AuditEvent): AuditEvent {
  const { type, actor, action, resource, outcome, details, traceId } = event;
  return {
    type: type.toWellFormed(),
    actor: actor.toWellFormed(),
    action: action.toWellFormed(),
    resource: resource.toWellFormed(),
    outcome: outcome.toWellFormed(),
    details: details.toWellFormed(),
    traceId: traceId.toWellFormed(),
  };
}

interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

function entryProblem(tenant: string, entry: AuditEntry, before: ChainEnd): string | undefined {
  if (entry.sequence !== before.sequence + 1) return "an entry is missing here";
  return hashOf(tenant, entry, before.hash) === entry.hash ? undefined : "the entry was changed, or stands in another place";
}

function keptProblem({ sequence, hash }: ChainEnd, kept: Checkpoint | undefined): string | undefined {
  return sequence === kept?.sequence && hash !== kept.hash ? "the entry is another one than the checkpoint says" : undefined;
}

interface AtTheEnd {
  readonly head: Checkpoint | undefined;
  readonly total: number;
  readonly kept: Checkpoint | undefined;
  readonly isSigned: (point: Checkpoint) => boolean;
}

function endProblem(seen: ChainEnd, { head, total, kept, isSigned }: AtTheEnd): string | undefined {
  const { sequence } = seen;
  if (total !== sequence) return "there are entries that nobody has numbered in order";
  if (head !== undefined && !isSigned(head)) return "the signature of the newest entry is none of ours";
  const signed = head ?? START;
  if (signed.sequence > sequence) return `${signed.sequence} entries were signed: some are missing at the end`;
  if (signed.sequence !== sequence || signed.hash !== seen.hash) return "the newest entries are not signed";
  const before = kept?.sequence ?? 0;
  return before > sequence ? `there were ${before} entries at the checkpoint: some are missing at the end` : undefined;
}

function hashOf(tenant: string, entry: Omit<AuditEntry, "hash">, before: string): string {
  const { sequence, at, type, actor, action, resource, outcome, details, traceId } = entry;
  const text = JSON.stringify([before, tenant, sequence, at, type, actor, action, resource, outcome, details, traceId]);
  return createHash("sha256").update(text).digest("hex");
}

function signedBytes(tenant: string, sequence: number, hash: string): Buffer {
  return Buffer.from(`tutti-audit-checkpoint\n${JSON.stringify([tenant, sequence, hash])}`);
}

function entryOf(row: Record<string, unknown>): AuditEntry {
  const text = (name: string): string => String(row[name]);
  return {
    sequence: Number(row["sequence"]),
    at: text("at"),
    type: text("type"),
    actor: text("actor"),
    action: text("action"),
    resource: text("resource"),
    outcome: text("outcome"),
    details: text("details"),
    traceId: text("trace_id"),
    hash: text("hash"),
  };
}
