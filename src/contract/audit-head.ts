import * as z from "zod";
import type { AuditHead } from "../model/audit.ts";
import { moment, wireObject } from "./wire-object.ts";

/** The newest checkpoint of the audit log, as it travels and as it is kept elsewhere. */
export const auditHead: z.ZodType<AuditHead> = wireObject<AuditHead>({
  number: z.int().min(1),
  seq: z.int().min(0),
  hash: z.string(),
  atMs: moment,
  takenOver: z.int().min(0),
  keyId: z.string(),
  signature: z.string(),
  publicKey: z.string().exactOptional(),
});
