import { defined } from "../base/defined.ts";
import { canonicalJson, type Json, jsonExceeds } from "../base/json.ts";
import type { AuditCheckpoint, AuditEntry } from "../model/audit.ts";
import { UnreadableRow, parseStoredObject } from "./stored-json.ts";

/** The columns that repeat what is in an entry, with the member that each repeats. */
export const COPIED_COLUMNS: {
  readonly action: "action";
  readonly decision: "decision";
  readonly tenant: "tenant";
  readonly user_id: "userId";
  readonly request_id: "requestId";
  readonly trace_id: "traceId";
  readonly execution_id: "executionId";
  readonly workflow_id: "workflowId";
} = {
  action: "action",
  decision: "decision",
  tenant: "tenant",
  user_id: "userId",
  request_id: "requestId",
  trace_id: "traceId",
  execution_id: "executionId",
  workflow_id: "workflowId",
};

const COPIED: ReadonlySet<keyof AuditEntry> = new Set(Object.values(COPIED_COLUMNS));

const ACTIONS = ["call", "call-ended", "token", "tenant", "claims", "operation"] as const;
const DECISIONS = ["allowed", "denied"] as const;
const OUTCOMES = ["succeeded", "failed", "unknown", "partial"] as const;

/** The members that any text may be in. */
const TEXTS = [
  "tenant",
  "userId",
  "onBehalfOf",
  "requestId",
  "traceId",
  "executionId",
  "workflowId",
  "call",
  "server",
  "tool",
  "operation",
  "reason",
] as const satisfies readonly (keyof AuditEntry)[];

const TEXT_MAX_LENGTH = 4_096;
const DETAILS_MAX_BYTES = 16 * 1024;
const DEPTH_MAX = 100;

/** What is kept of an entry: of limited size whatever it was given, and text that a column can hold as it is. */
export function keptEntry(entry: AuditEntry): AuditEntry {
  const texts = TEXTS.flatMap((member) => {
    const value = entry[member];
    // In a column SQLite would put another character in the place of half of one.
    return value === undefined ? [] : [[member, COPIED.has(member) ? cut(value).toWellFormed() : cut(value)] as const];
  });
  const { details } = entry;
  return { ...entry, ...Object.fromEntries(texts), ...defined({ details: details === undefined ? undefined : limited(details) }) };
}

/** An entry as it is stored: canonical JSON. */
export function encodeEntry(entry: AuditEntry): string {
  const members = Object.entries(entry).flatMap(([key, value]: [string, Json | undefined]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return canonicalJson(Object.fromEntries(members));
}

/** The way back, of the text of an entry. @throws UnreadableRow - somebody has put something else there */
export function decodeEntry(text: string, what: string): AuditEntry {
  const document = parseStoredObject(text, what);
  const { attempt, details, action, decision, outcome } = document;
  if (!isOneOf(action, ACTIONS) || !isOneOf(decision, DECISIONS) || (outcome !== undefined && !isOneOf(outcome, OUTCOMES))) {
    throw new UnreadableRow(`${what} is no entry`);
  }
  const texts = TEXTS.flatMap((member) => {
    const value = document[member];
    return typeof value === "string" ? [[member, value] as const] : [];
  });
  return {
    action,
    decision,
    ...defined({ outcome }),
    ...Object.fromEntries(texts),
    ...(typeof attempt === "number" && Number.isSafeInteger(attempt) ? { attempt } : {}),
    ...defined({ details }),
  };
}

function isOneOf<Word extends string>(value: Json | undefined, words: readonly Word[]): value is Word {
  return words.some((word) => word === value);
}

function cut(text: string): string {
  return text.length > TEXT_MAX_LENGTH ? `${text.slice(0, TEXT_MAX_LENGTH)}…` : text;
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
