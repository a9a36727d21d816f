import type { AuditHead } from "../model/audit.ts";
import { TuttiError } from "../model/errors.ts";
import type { AuditReader } from "../ports/audit.ts";

/**
 * Gives the newest checkpoint of the audit log.
 *
 * @throws TuttiError `file.unreadable` - there is no log
 */
export async function getAuditHead({ reader }: { readonly reader: Pick<AuditReader, "head"> }): Promise<AuditHead> {
  const head = await reader.head();
  if (head === undefined) throw new TuttiError("file.unreadable", "there is no audit log yet", { file: "audit.db" });
  return head;
}
