import { isJsonObject } from "../base/json.ts";
import type { AuditEntry, RecordedEntry } from "../model/audit.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import type { Caller } from "./operation-context.ts";

/**
 * What the audit log says of a caller who asked for an execution that its tenant does not have. Only a detail says
 * whether another tenant has it: the caller sees the entry too, and may filter by all that is beside the details.
 */
export function missingExecutionEntry(
  caller: Caller,
  { prefix, isForeign }: { readonly prefix: string; readonly isForeign: boolean },
): AuditEntry {
  return {
    ...auditEntryOf(caller),
    action: "tenant",
    decision: "denied",
    reason: "the tenant has no execution with the id that was asked for",
    details: { execution_id: prefix, [OF_OTHERS]: isForeign },
  };
}

/** An entry as its own tenant may see it: without a word of whether others have what it asked for. */
export function entryForTenant({ details, ...entry }: RecordedEntry): RecordedEntry {
  if (details === undefined) return entry;
  if (!isJsonObject(details)) return { ...entry, details };
  const { [OF_OTHERS]: _, ...shown } = details;
  return { ...entry, details: shown };
}

const OF_OTHERS = "of_other_tenants";
