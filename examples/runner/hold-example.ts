import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

/** In the `out/` of an example. What is held ends with its process, however that ends. */
export const LOCK_FILE = "runner.lock";

const LOOK_MS = 250;

/**
 * Waits until no other run of the example goes on, and keeps the next one waiting until this is disposed. Two at once would
 * share a journal, and each would have its own servers around the same files.
 */
export async function holdExample(out: string, name: string): Promise<Disposable> {
  mkdirSync(out, { recursive: true });
  const database = new DatabaseSync(join(out, LOCK_FILE));
  for (let told = false; !isTaken(database); told = true) {
    if (!told) process.stderr.write(`another run of "${name}" goes on: waiting for its end\n`);
    await pause(LOOK_MS);
  }
  return { [Symbol.dispose]: () => database.close() };
}

function isTaken(database: DatabaseSync): boolean {
  try {
    // Nothing is ever written, and so no second file is needed.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("locked")) return false;
    throw error;
  }
}
