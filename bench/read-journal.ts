// Run as a process of its own: node read-journal.ts DIRECTORY
// Reads every event of a journal and parses it, and then says how many there were.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const [directory = ""] = process.argv.slice(2);
using database = new DatabaseSync(join(directory, "journal.db"), { readOnly: true });
const rows = database.prepare("SELECT body FROM events").all() as unknown as readonly { readonly body: string }[];
const events = rows.map(({ body }) => JSON.parse(body) as unknown);
process.stdout.write(`${events.length}\n`);
