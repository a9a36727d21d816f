import { WritingChild } from "./writing-child.ts";

/** A process that owns the journal of a directory, with so many writers that append to it. */
export class AppendingChild extends WritingChild {
  constructor(directory: string, writers: number) {
    super("appending-process.ts", directory, writers);
  }
}
