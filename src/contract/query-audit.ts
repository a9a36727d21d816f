import * as z from "zod";
import type { AuditPage, AuditQuery } from "../model/audit.ts";
import { auditAction, auditDecision, recordedEntry } from "./audit-entry.ts";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `query_audit`. */
export interface QueryAuditInput extends Omit<AuditQuery, "limit"> {
  /** 1 to 1,000. Default 50. */
  readonly limit?: number;
}

const text = z.string().exactOptional();

/** Looks things up in the audit log. */
export const queryAudit: Operation<QueryAuditInput, AuditPage> = {
  name: "query_audit",
  title: "Query the audit log",
  description: "Lists what was asked, by whom, what was decided and what came of it, newest first, by page. All filters must apply.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/audit" },
  errors: ["input.invalid"],
  input: wireObject<QueryAuditInput>(
    {
      requestId: text,
      workflowId: text,
      executionId: text,
      traceId: text,
      tenant: text,
      userId: text,
      action: auditAction.exactOptional(),
      decision: auditDecision.exactOptional(),
      sinceMs: moment.exactOptional(),
      untilMs: moment.exactOptional(),
      oldestFirst: z.boolean().exactOptional(),
      limit: z.int().min(1).max(1000).exactOptional(),
      cursor: text,
    },
    { names: { sinceMs: "since", untilMs: "until" } },
  ),
  output: wireObject<AuditPage>({ entries: z.array(recordedEntry), nextCursor: text }),
};
