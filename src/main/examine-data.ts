import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { printSize } from "../base/size.ts";
import type { Diagnosis } from "../cli/host.ts";
import { isTuttiError } from "../model/errors.ts";
import { JOURNAL_FILE } from "../sqlite/data-directory.ts";
import { openDatabaseReader } from "../sqlite/open-database.ts";
import { readOwnerNote } from "../sqlite/owner-note.ts";
import { prepare } from "../sqlite/prepare.ts";
import { openRecordsReader, RECORDS_FILE } from "../sqlite/records.ts";
import { isOpenToOthers } from "./is-open-to-others.ts";

const MiB = 1024 * 1024;
const SPACE_BAD_BYTES = 100 * MiB;
const SPACE_LOW_BYTES = 1024 * MiB;
/** A larger file is checked by `tutti executions check`, which takes a second for each gigabyte. */
const QUICK_CHECK_BYTES_MAX = 256 * MiB;

/** How the data directory is doing. It is only read. */
export function examineData(directory: string): readonly Diagnosis[] {
  if (!existsSync(directory)) return [examinePlace(directory), ...examineSpace(existingFolder(directory))];
  if (!statSync(directory).isDirectory()) {
    return [bad(`${directory} is a file, and the data need a folder`, "name another folder with --data-dir")];
  }
  return [
    ...examineFolder(directory),
    ...examineSpace(directory),
    examineOwner(directory),
    examineStore(join(directory, JOURNAL_FILE), openDatabaseReader),
    examineStore(join(directory, RECORDS_FILE), () => openRecordsReader(directory)),
  ];
}

function examinePlace(directory: string): Diagnosis {
  const parent = existingFolder(directory);
  if (canWrite(parent)) return ok(`${directory} is not there yet, and is made by the first command that writes`);
  return bad(`${directory} cannot be made: ${parent} cannot be written`, `make it writable, or name another folder with --data-dir`);
}

/** Itself, or the nearest folder around it that is there. */
function existingFolder(path: string): string {
  return existsSync(path) ? path : existingFolder(dirname(path));
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function examineFolder(directory: string): readonly Diagnosis[] {
  if (!canWrite(directory))
    return [bad(`${directory} cannot be written by this user`, `give it to this user: chown -R "$USER" ${directory}`)];
  const status = statSync(directory);
  const user = process.getuid?.();
  const open = [
    directory,
    ...readdirSync(directory)
      .filter(isPrivate)
      .map((name) => join(directory, name)),
  ].filter((path) => {
    const entry = statSync(path, { throwIfNoEntry: false });
    return entry !== undefined && isOpenToOthers(entry);
  });
  // What is in a folder that nobody else may enter is seen by nobody else.
  const seen = open.includes(directory) ? open : [];
  return [
    ok(`${directory} can be written`),
    ...(user !== undefined && status.uid !== user
      ? [warn(`${directory} belongs to another user (${status.uid})`, "use it as that user")]
      : []),
    ...seen.map((path) => warn(`${path} can be read by other users`, `chmod ${path === directory ? "700" : "600"} ${path}`)),
  ];
}

/** The schemas for editors are no secret. */
function isPrivate(name: string): boolean {
  return !name.endsWith(".schema.json");
}

function examineSpace(folder: string): readonly Diagnosis[] {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const message = `${printSize(free)} free at ${folder}`;
  if (free >= SPACE_LOW_BYTES) return [ok(message)];
  const advice = "free some space: what cannot be written stops every execution";
  return [free < SPACE_BAD_BYTES ? bad(`only ${message}`, advice) : warn(`only ${message}`, advice)];
}

function examineOwner(directory: string): Diagnosis {
  const owner = readOwnerNote(directory);
  if (owner !== undefined) return ok(`in use by process ${owner.pid}`);
  if (!existsSync(join(directory, "owner.json"))) return ok("in use by no process");
  return warn("left by a process that died before it could clean up", "nothing needs to be done: the next one that comes takes its place");
}

function examineStore(path: string, open: typeof openDatabaseReader): Diagnosis {
  const name = basename(path);
  try {
    using database = open(path);
    if (database === undefined) return ok(`there is no ${name} yet`);
    const { size } = statSync(path);
    if (size > QUICK_CHECK_BYTES_MAX) return ok(`${name} has ${printSize(size)}: 'tutti executions check' reads all of it`);
    const finding = prepare<{ readonly quick_check: string }>(database, "PRAGMA quick_check(1)").get()?.quick_check;
    const schema = prepare<{ readonly id: number }>(database, "SELECT max(id) AS id FROM migrations").get()?.id ?? 0;
    if (finding === "ok") return ok(`${name} is sound (${printSize(size)}, schema ${schema})`);
    return bad(`${path} is damaged: ${finding ?? "the check said nothing"}`, "put a backup in its place, or move it away");
  } catch (error) {
    if (isTuttiError(error, "journal.unusable") && /older version/.test(error.message)) {
      return ok(`${name} is of an older version, and is brought up to date by the next command that writes`);
    }
    return bad(error instanceof Error ? error.message : String(error), "see 'tutti executions check'");
  }
}

function ok(message: string): Diagnosis {
  return { area: "data", status: "ok", message };
}

function warn(message: string, advice: string): Diagnosis {
  return { area: "data", status: "warn", message, advice };
}

function bad(message: string, advice: string): Diagnosis {
  return { area: "data", status: "bad", message, advice };
}
