import { rmSync } from "node:fs";
import type { State } from "../kit/state/state.ts";

/** The statements that make its table. */
export const UNFINISHED_FILES = `CREATE TABLE unfinished_files (path TEXT PRIMARY KEY, process INTEGER NOT NULL) STRICT;`;

/**
 * Remembers which files are being written to the exchange. A process that is killed leaves them behind, and they may be
 * large: the next one that starts takes them away.
 */
export interface UnfinishedFiles {
  while(path: string, work: () => Promise<void>): Promise<void>;
}

export function openUnfinishedFiles(state: State): UnfinishedFiles {
  const { database } = state;
  const add = database.prepare("INSERT OR REPLACE INTO unfinished_files (path, process) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM unfinished_files WHERE path = ?");
  state.transaction(() => {
    for (const { path, process: owner } of database.prepare("SELECT path, process FROM unfinished_files").all()) {
      if (isRunning(Number(owner))) continue;
      rmSync(String(path), { force: true });
      remove.run(String(path));
    }
  });
  return {
    async while(path, work) {
      add.run(path, process.pid);
      try {
        await work();
      } finally {
        remove.run(path);
      }
    },
  };
}

function isRunning(id: number): boolean {
  if (id === process.pid) return false;
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}
