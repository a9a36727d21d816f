import * as z from "zod";
import type { AuditFinding, AuditHead, AuditVerdict } from "../model/audit.ts";
import { auditHead } from "./audit-head.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `verify_audit`. */
export interface VerifyAuditInput {
  /** A head that was kept elsewhere. */
  readonly head?: AuditHead;
  /** PEM, of one key or of several. Default: of the key with which the log is signed here. */
  readonly publicKeys?: string;
}

const finding: z.ZodType<AuditFinding> = wireObject<AuditFinding>({
  kind: z.enum(["entry", "gap", "chain", "checkpoint", "key", "tail", "head", "database"]),
  message: z.string(),
  seq: z.int().exactOptional(),
});

/** Tells whether the audit log is as it was written. */
export const verifyAudit: Operation<VerifyAuditInput, AuditVerdict> = {
  name: "verify_audit",
  title: "Verify the audit log",
  description: "Reads the whole audit log and finds entries that were changed, taken out or put in, a cut end, and forged signatures.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:admin",
  route: { method: "POST", path: "/audit/verify" },
  input: wireObject<VerifyAuditInput>({ head: auditHead.exactOptional(), publicKeys: z.string().exactOptional() }),
  output: wireObject<AuditVerdict>({
    sound: z.boolean(),
    findings: z.array(finding),
    entries: z.int(),
    checkpoints: z.int(),
    signedSeq: z.int(),
    takenOver: z.int(),
  }),
};
