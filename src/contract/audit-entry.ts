import * as z from "zod";
import type { AuditEntry, RecordedEntry } from "../model/audit.ts";
import { jsonValue } from "./json-value.ts";
import { moment, wireObject } from "./wire-object.ts";

export const auditAction: z.ZodType<AuditEntry["action"]> = z.enum(["call", "call-ended", "token", "tenant", "claims", "operation"]);
export const auditDecision: z.ZodType<AuditEntry["decision"]> = z.enum(["allowed", "denied"]);

const text = z.string().exactOptional();

/** An entry of the audit log, as it travels. */
export const recordedEntry: z.ZodType<RecordedEntry> = wireObject<RecordedEntry>({
  seq: z.int(),
  atMs: moment,
  action: auditAction,
  decision: auditDecision,
  outcome: z.enum(["succeeded", "failed", "unknown", "partial"]).exactOptional(),
  tenant: text,
  userId: text,
  onBehalfOf: text,
  requestId: text,
  traceId: text,
  executionId: text,
  workflowId: text,
  call: text,
  attempt: z.int().exactOptional(),
  server: text,
  tool: text,
  operation: text,
  reason: text,
  details: jsonValue.exactOptional(),
});
