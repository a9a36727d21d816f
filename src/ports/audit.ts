import type { AuditEntry, AuditEvidence, AuditHead, AuditPage, AuditQuery, AuditVerdict } from "../model/audit.ts";

/** Takes what must be provable later. Entries are never changed or taken back. */
export interface AuditLog {
  /**
   * Resolves when the entry survives the end of this process. Entries of one process are in the order of the calls.
   *
   * @param soon - it may wait for others to be written with it: nothing depends on it yet
   * @throws TuttiError `journal.unusable`, `file.unreadable` - the entry is not in the log
   */
  record(entry: AuditEntry, soon?: boolean): Promise<void>;
}

/** Looks into an audit log, beside those who write it or without. */
export interface AuditReader {
  /** @throws TuttiError `input.invalid` - the cursor is none of ours; `journal.unusable` */
  query(query: AuditQuery): Promise<AuditPage>;

  /**
   * Reads all of the log, and finds whatever was changed, taken out or put in afterwards.
   *
   * @throws TuttiError `input.invalid`, `file.unreadable` - there is no usable key; `journal.unusable`
   */
  verify(against: AuditEvidence): Promise<AuditVerdict>;

  /** The newest checkpoint and the key that it can be verified with; undefined when there is no log yet. */
  head(): Promise<AuditHead | undefined>;
}
