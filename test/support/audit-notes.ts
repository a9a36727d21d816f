import type { AuditEntry } from "../../src/model/audit.ts";
import type { AuditLog } from "../../src/ports/audit.ts";

/** An audit log in memory, which can be made to fail. */
export class AuditNotes implements AuditLog {
  readonly entries: AuditEntry[] = [];
  failing = false;

  async record(entry: AuditEntry): Promise<void> {
    if (this.failing) throw new Error("the disk is full");
    this.entries.push(entry);
  }
}
