import { WritingChild } from "./writing-child.ts";

/** A process that writes so many entries to the audit log of a directory when it is told to begin; 0 is without end. */
export class AuditingChild extends WritingChild {
  constructor(directory: string, count: number) {
    super("auditing-process.ts", directory, count);
  }
}
