import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * A process that owns jobs, with a lock that lasts as long as it lives: the kernel lets go of it when the process is
 * gone, however it went. Disposing gives it up.
 */
export interface LivingOwner extends Disposable {
  readonly id: string;
  /** For files that nobody needs when this owner is gone. */
  readonly workDirectory: string;
  /** Whether the process of an owner is there. */
  lives(owner: string): boolean;
  /** Takes away what owners that are gone have left. */
  tidy(): void;
}

/** @param directory - the same for all processes that share the jobs */
export function openLivingOwner(directory: string): LivingOwner {
  mkdirSync(directory, { recursive: true });
  const id = randomUUID();
  const lock = (owner: string): string => join(directory, `${owner}.lock`);
  const work = (owner: string): string => join(directory, owner);
  const held = locked(lock(id));
  if (held === undefined) throw new Error(`nobody else can have locked ${lock(id)}`);
  mkdirSync(work(id), { recursive: true });
  const lives = (owner: string): boolean => {
    if (owner === id) return true;
    if (!/^[0-9a-f-]{36}$/.test(owner) || statSync(lock(owner), { throwIfNoEntry: false }) === undefined) return false;
    const free = locked(lock(owner));
    free?.close();
    return free === undefined;
  };
  const forget = (owner: string): void => {
    rmSync(work(owner), { recursive: true, force: true });
    rmSync(lock(owner), { force: true });
  };
  return {
    id,
    workDirectory: work(id),
    lives,
    tidy() {
      const owners = readdirSync(directory).flatMap((name) => (name.endsWith(".lock") ? [name.slice(0, -5)] : []));
      for (const owner of owners) if (!lives(owner)) forget(owner);
    },
    [Symbol.dispose]() {
      held.close();
      forget(id);
    },
  };
}

/** The lock of a file, held for as long as it is open. Undefined when somebody else has it. */
function locked(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch {
    database.close();
    return undefined;
  }
}
