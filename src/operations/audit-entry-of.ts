import { defined } from "../base/defined.ts";
import type { AuditEntry } from "../model/audit.ts";
import type { Caller } from "./operation-context.ts";

/** What every entry about an operation says of who asked for it. */
export function auditEntryOf({ identity }: Caller): Pick<AuditEntry, "tenant" | "userId" | "onBehalfOf"> {
  return defined({ tenant: identity?.tenant, userId: identity?.userId, onBehalfOf: identity?.onBehalfOf });
}
