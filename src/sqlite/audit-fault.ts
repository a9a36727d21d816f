import type { TuttiError } from "../model/errors.ts";
import { auditPath } from "./audit-file.ts";
import { errorCode } from "./data-directory.ts";
import { fromSqliteError, isSqliteError, journalUnusable } from "./journal-unusable.ts";
import { UnreadableRow } from "./stored-json.ts";

/**
 * Runs a task on the audit log of a directory. What somebody has put into the file is no bug of ours, whatever it is.
 *
 * @throws TuttiError `journal.unusable` - in place of what SQLite reports
 */
export function refusingAuditFaults<T>(directory: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (isSqliteError(error)) throw fromSqliteError(auditPath(directory), error);
    if (error instanceof UnreadableRow) throw auditDamaged(directory, error.message, error);
    if (errorCode(error) === "ERR_OUT_OF_RANGE") throw auditDamaged(directory, "it holds a number that was never written", error);
    throw error;
  }
}

/** The refusal for a log that is not as it was written. */
export function auditDamaged(directory: string, fault: string, cause?: unknown): TuttiError<"journal.unusable"> {
  const detail = `${fault}; "tutti audit verify" tells more, and moving audit.db and audit.head away together begins a new log`;
  return journalUnusable(auditPath(directory), "damaged", { detail, cause });
}
