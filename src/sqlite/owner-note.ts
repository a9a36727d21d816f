import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject } from "../base/json.ts";
import { errorCode, refusingFileErrors } from "./data-directory.ts";
import { isOwned } from "./owner-lock.ts";

/** What the owner of a data directory says of itself to other processes. */
export interface OwnerNote {
  readonly pid: number;
  /** Where it takes requests, once it does. */
  readonly endpoint?: string;
}

/**
 * Replaces the note, all of it at once. Only the owner may do this.
 *
 * @throws TuttiError `journal.unusable`
 */
export function writeOwnerNote(directory: string, note: OwnerNote): void {
  const path = notePath(directory);
  const draft = `${path}.new`;
  refusingFileErrors(path, () => {
    writeFileSync(draft, `${JSON.stringify(note)}\n`, { mode: 0o600 });
    renameSync(draft, path);
  });
}

/** The note of the process that owns the directory at this moment; undefined when none does. The note of a dead owner does not count. */
export function readOwnerNote(directory: string): OwnerNote | undefined {
  const note = parseNote(readText(notePath(directory)));
  return note !== undefined && isOwned(directory) ? note : undefined;
}

/** Takes our note away, before the lock is given back. Where the directory was replaced meanwhile, it has a note of somebody else. */
export function removeOwnerNote(directory: string): void {
  const path = notePath(directory);
  if (parseNote(readText(path))?.pid === process.pid) rmSync(path, { force: true });
}

function notePath(directory: string): string {
  return join(directory, "owner.json");
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return "";
    throw error;
  }
}

function parseNote(text: string): OwnerNote | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value) || typeof value["pid"] !== "number") return undefined;
  const { pid, endpoint } = value;
  return typeof endpoint === "string" ? { pid, endpoint } : { pid };
}
