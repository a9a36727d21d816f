import { canonicalJson, type Json, jsonExceeds } from "../base/json.ts";
import type { AuditCheckpoint, AuditEntry, RecordedEntry } from "../ports/audit.ts";
import { parseStoredObject } from "./stored-json.ts";

/** The columns that repeat what is in an entry, with the member that each repeats. */
export const COPIED_COLUMNS = {
  action: "action",
  decision: "decision",
  tenant: "tenant",
  user_id: "userId",
  request_id: "requestId",
  trace_id: "traceId",
  execution_id: "executionId",
  workflow_id: "workflowId",
} as const satisfies Readonly<Record<string, keyof AuditEntry>>;

/** A row of `entries`, but for the columns that repeat others. */
export interface AuditRow {
  readonly seq: number;
  readonly at_ms: number;
  readonly writer: string;
  readonly entry: string;
  readonly previous_hash: string;
  readonly hash: string;
}

const TEXT_MAX_LENGTH = 4_096;
const DETAILS_MAX_BYTES = 16 * 1024;
const DEPTH_MAX = 100;

/** An entry as it is stored: canonical JSON, of limited size whatever it was given. */
export function encodeEntry(entry: AuditEntry): string {
  const members = Object.entries(entry).flatMap(([key, value]: [string, Json | undefined]) =>
    value === undefined ? [] : [[key, key === "details" ? limited(value) : cut(value)] as const],
  );
  return canonicalJson(Object.fromEntries(members));
}

/** @throws UnreadableRow */
export function decodeEntry({ seq, at_ms: atMs, entry }: Pick<AuditRow, "seq" | "at_ms" | "entry">): RecordedEntry {
  // What we have written, or what somebody has put in its place: verifying tells, reading shows what is there.
  return { ...(parseStoredObject(entry, `the entry ${seq} of the audit log`) as unknown as AuditEntry), seq, atMs };
}

function cut(value: Json): Json {
  return typeof value === "string" && value.length > TEXT_MAX_LENGTH ? `${value.slice(0, TEXT_MAX_LENGTH)}…` : value;
}

function limited(details: Json): Json {
  if (jsonExceeds(details, DETAILS_MAX_BYTES)) return `[left out: more than ${DETAILS_MAX_BYTES / 1024} KiB]`;
  return isDeeper(details, DEPTH_MAX) ? `[left out: more than ${DEPTH_MAX} levels]` : details;
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member: Json) => isDeeper(member, levels - 1));
}

/** A row of `checkpoints`. */
export interface CheckpointRow {
  readonly number: number;
  readonly seq: number;
  readonly hash: string;
  readonly at_ms: number;
  readonly taken_over: number;
  readonly key_id: string;
  readonly signature: string;
}

export function toCheckpoint({ at_ms: atMs, taken_over: takenOver, key_id: keyId, ...row }: CheckpointRow): AuditCheckpoint {
  return { number: row.number, seq: row.seq, hash: row.hash, atMs, takenOver, keyId, signature: row.signature };
}
