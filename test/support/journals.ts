import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { Journal } from "../../src/ports/journal.ts";
import { openJournal } from "../../src/sqlite/open-journal.ts";
import { MemoryJournal } from "./memory-journal.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export interface OpenedJournal extends AsyncDisposable {
  readonly journal: Journal;
}

/** Every implementation of the journal: all of them pass the same tests. */
export const JOURNALS: readonly { readonly name: string; readonly open: () => Promise<OpenedJournal> }[] = [
  { name: "memory", open: openMemory },
  { name: "SQLite", open: openSqlite },
];

async function openMemory(): Promise<OpenedJournal> {
  return { journal: new MemoryJournal(), [Symbol.asyncDispose]: async () => undefined };
}

async function openSqlite(): Promise<OpenedJournal> {
  const directory = temporaryDirectory();
  const journal = await openJournal({ directory: join(directory.path, "data"), clock: systemClock });
  const close = async (): Promise<void> => {
    await journal[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  };
  return { journal, [Symbol.asyncDispose]: close };
}
