import * as z from "zod";
import type { AuditHead } from "../model/audit.ts";
import { auditHead } from "./audit-head.ts";
import type { Operation } from "./operation.ts";

/** Gives the newest checkpoint of the audit log. */
export const getAuditHead: Operation<Record<string, never>, AuditHead> = {
  name: "get_audit_head",
  title: "Get the head of the audit log",
  description:
    "Gives the newest signed checkpoint of the audit log and the public key that it can be verified with. Kept elsewhere, it shows later whether the log was cut or written anew.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:admin",
  route: { method: "GET", path: "/audit/head" },
  input: z.strictObject({}),
  output: auditHead,
};
