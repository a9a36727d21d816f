import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import { actorOf } from "./audit-events.ts";
import type { AuditEntry, AuditLog } from "./audit-log.ts";

const DETAILS_BYTES_MAX = 8_192;
const ANSWER_BYTES_MAX = 600_000;
const SCANNED_MAX = 20_000;
const PAGE = 500;

const word = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed(), "is no Unicode text");

const event = z.strictObject({
  type: word.describe('What kind of event, such as "data_access"'),
  actor: word.optional().describe("Who did it. Default: the user of the call"),
  action: word.describe('What was done, such as "read"'),
  resource: z
    .string()
    .max(500)
    .refine((text) => text.isWellFormed(), "is no Unicode text")
    .default("")
    .describe("With what it was done"),
  outcome: z.enum(["success", "denied", "failure"]).default("success").describe("How it ended"),
  details: z.record(z.string(), z.json()).default({}).describe("Whatever else is to be known: at most 8 KiB as JSON"),
});

const checkpoint = z.strictObject({
  sequence: z.int().min(1).describe("The number of the entry"),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Its hash"),
  signature: z.string().max(200).describe("The signature of both, in base64url"),
});

const input = z.strictObject({
  operation: z
    .enum(["record", "query", "verify"])
    .optional()
    .describe(
      "record adds an entry, query finds entries, verify looks whether any was changed, moved or taken away. Default: record when there is an event, else query",
    ),
  event: event.optional().describe("For record: what happened"),
  type: word.optional().describe("For query: only entries of this type"),
  actor: word.optional().describe("For query: only what they did"),
  action: word.optional().describe("For query: only this action"),
  resource: z.string().max(500).optional().describe("For query: only resources that begin so"),
  outcome: z.enum(["success", "denied", "failure"]).optional().describe("For query: only what ended so"),
  from: z.iso.datetime({ offset: true }).optional().describe("For query: not before this time"),
  until: z.iso.datetime({ offset: true }).optional().describe("For query: before this time"),
  limit: z.int().min(1).max(500).default(100).describe("For query: at most so many entries"),
  cursor: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional()
    .describe("For query: next_cursor of the answer before"),
  checkpoint: checkpoint.optional().describe("For verify: one that was kept elsewhere. The log must still have its entry"),
});

const entrySchema = z.object({
  sequence: z.number().describe("Its number, from 1"),
  at: z.string().describe("ISO"),
  type: z.string().describe("Kind of event"),
  actor: z.string().describe("Who"),
  action: z.string().describe("What"),
  resource: z.string().describe("With what"),
  outcome: z.string().describe("How it ended"),
  details: z.json().describe("What else was recorded"),
  trace_id: z.string().optional().describe("The trace of the call that recorded it"),
  hash: z.string().describe("Of the entry and all before it"),
});

const output = z.object({
  sequence: z.int().optional().describe("Of record: the number of the entry"),
  hash: z.string().optional().describe("Of record: its hash"),
  checkpoint: checkpoint
    .optional()
    .describe("Signed: keep it elsewhere to prove later that nothing was taken away. Not given when the log was changed before"),
  entries: z
    .union([z.array(entrySchema), z.int()])
    .optional()
    .describe("Of query: the entries, oldest first. Of verify: how many there are"),
  next_cursor: z.string().optional().describe("Of query: there may be more after this"),
  valid: z.boolean().optional().describe("Of verify: whether all entries are as they were written"),
  first_bad: z.int().optional().describe("Of verify: the number of the first entry that is not"),
  problem: z.string().optional().describe("Of verify: what is wrong"),
});

type Asked = z.output<typeof input>;
type Answer = z.input<typeof output>;

export function auditLog(log: AuditLog): ToolPlan {
  return defineTool({
    name: "audit_log",
    title: "Record, find and verify what happened",
    description:
      "Keeps the audit log of the tenant: entries are only ever added, each has the hash of the one before, and the newest is signed. Records an event, finds events, or verifies the whole log.",
    effect: "changes",
    input,
    output,
    run: async (asked, scope) => {
      const operation = asked.operation ?? (asked.event === undefined ? "query" : "record");
      if (operation === "record") return record(asked.event, log, scope);
      if (asked.event !== undefined) throw refuse(`${operation} takes no event`);
      return operation === "query" ? query(asked, log, scope) : await verify(asked, log, scope);
    },
  });
}

function record(given: Asked["event"], log: AuditLog, scope: ToolScope): Answer {
  if (given === undefined) throw refuse("record needs an event");
  const { type, actor = actorOf(scope), action, resource, outcome } = given;
  const details = JSON.stringify(given.details);
  if (Buffer.byteLength(details) > DETAILS_BYTES_MAX)
    throw refuse(`the details have ${Buffer.byteLength(details)} bytes as JSON: at most ${DETAILS_BYTES_MAX} are kept`);
  return scope.once(() => {
    const checkpoint = log.append(
      scope.tenant,
      { type, actor, action, resource, outcome, details, traceId: scope.traceId ?? "" },
      scope.now,
    );
    const { sequence, hash, signature } = checkpoint;
    return { sequence, hash, ...(signature === "" ? {} : { checkpoint }) };
  });
}

function query(asked: Asked, log: AuditLog, { tenant }: ToolScope): Answer {
  const entries: z.input<typeof entrySchema>[] = [];
  let place = Number(asked.cursor ?? 0);
  let bytes = 0;
  for (let scanned = 0; scanned < SCANNED_MAX; scanned += PAGE) {
    const page = log.after(tenant, place, PAGE);
    for (const entry of page) {
      if (entries.length >= asked.limit || bytes > ANSWER_BYTES_MAX) return { entries, next_cursor: String(place) };
      place = entry.sequence;
      if (!fits(asked, entry)) continue;
      const shown = shownEntry(entry);
      entries.push(shown);
      bytes += Buffer.byteLength(JSON.stringify(shown));
    }
    if (page.length < PAGE) return { entries };
  }
  // There may be more: whoever asks goes on, and others have their turn between.
  return { entries, next_cursor: String(place) };
}

function fits(asked: Asked, entry: AuditEntry): boolean {
  const same = (["type", "actor", "action", "outcome"] as const).every((name) => (asked[name] ?? entry[name]) === entry[name]);
  return same && entry.resource.startsWith(asked.resource ?? "") && isBetween(asked, Date.parse(entry.at));
}

function isBetween({ from, until }: Asked, atMs: number): boolean {
  return (from === undefined || atMs >= Date.parse(from)) && (until === undefined || atMs < Date.parse(until));
}

function shownEntry({ traceId, details, ...entry }: AuditEntry): z.input<typeof entrySchema> {
  return { ...entry, details: jsonOf(details), ...(traceId === "" ? {} : { trace_id: traceId }) };
}

/** Somebody may have changed it in the file: that is found by verifying, and nothing that reading stumbles over. */
function jsonOf(text: string): z.core.util.JSONType {
  try {
    return JSON.parse(text) as z.core.util.JSONType;
  } catch {
    return text;
  }
}

async function verify({ checkpoint: kept }: Asked, log: AuditLog, { tenant, signal }: ToolScope): Promise<Answer> {
  const verdict = await log.verify(tenant, kept, signal);
  if (signal.aborted) throw new ToolError("the call was cancelled", { type: "External" });
  const { valid, entries, firstBad, problem, checkpoint } = verdict;
  return {
    valid,
    entries,
    ...(firstBad === undefined ? {} : { first_bad: firstBad }),
    ...(problem === undefined ? {} : { problem }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
}
