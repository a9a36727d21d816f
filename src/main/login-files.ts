import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { sleep, systemClock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import { ownerOf } from "../model/replica.ts";
import type { ServerLogins } from "../ports/server-logins.ts";
import { takeFileLock } from "../sqlite/owner-lock.ts";

/**
 * Keeps the logins of servers in the data directory: one file each, which only this user can read. All replicas of a server
 * have the same.
 */
export function loginFiles(dataDirectory: string): ServerLogins {
  const folder = join(dataDirectory, "logins");
  const pathOf = (connection: string): string => join(folder, `${ownerOf(connection).server}.json`);
  return {
    read: async (connection) => await readLogin(pathOf(connection)),
    write: async (connection, login) => await writeLogin(folder, pathOf(connection), login),
    remove: async (connection) => await rm(pathOf(connection), { force: true }),
    async exclusively(connection, task, signal) {
      await makeFolder(folder);
      using _lock = await lockOf(`${pathOf(connection)}.lock`, signal);
      return await task();
    },
  };
}

const LOCK_ASKED_EVERY_MS = 20;

async function lockOf(path: string, signal: AbortSignal): Promise<Disposable> {
  for (;;) {
    const lock = takeFileLock(path);
    if (lock !== undefined) return lock;
    await sleep(systemClock, LOCK_ASKED_EVERY_MS, signal);
  }
}

/** @throws TuttiError `file.unreadable` */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  } catch (error) {
    throw unwritten(folder, error);
  }
}

async function readLogin(path: string): Promise<JsonObject | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    // One that is damaged is as good as none: whoever logs in again replaces it.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unwritten(path, error);
  }
}

let drafts = 0;

/** Writes it beside the old one and then puts it in its place: another process reads either. */
async function writeLogin(folder: string, path: string, login: JsonObject): Promise<void> {
  drafts += 1;
  const draft = `${path}.${process.pid}.${drafts}`;
  await makeFolder(folder);
  try {
    {
      await using file = await open(draft, "w", 0o600);
      await file.writeFile(JSON.stringify(login));
      await file.sync();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritten(path, error);
  }
}

function unwritten(path: string, cause: unknown): TuttiError {
  return new TuttiError("file.unreadable", `a login cannot be kept in ${path}: ${(cause as Error).message}`, { file: path }, { cause });
}
