import { join, resolve } from "node:path";
import { JOURNAL_FILE } from "./data-directory.ts";
import { JournalReader } from "./journal-reader.ts";
import { openDatabaseReader } from "./open-database.ts";

/**
 * Opens the journal of a data directory for reading only, whether or not a process owns it. Undefined when there is
 * no journal yet: reading makes none.
 *
 * @throws TuttiError `journal.unusable`
 */
export async function openJournalReader(options: { readonly directory: string }): Promise<JournalReader | undefined> {
  const path = join(resolve(options.directory), JOURNAL_FILE);
  const database = openDatabaseReader(path);
  return database === undefined ? undefined : new JournalReader(path, database);
}
