import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { AuditCheckpoint } from "../model/audit.ts";
import { parseCheckpoint, printCheckpoint } from "./audit-checkpoint.ts";
import { errorCode, refusingFileErrors } from "./data-directory.ts";

/**
 * The newest checkpoint in a file of its own, so that the end of the log cannot be cut without touching both.
 *
 * 1. Whoever makes a checkpoint has the write lock of the log, drafts the head before the commit, and puts the draft in
 *    its place after it.
 * 2. A draft has the number of its checkpoint in its name. If its maker dies between the commit and the end, whoever
 *    comes next finds the draft of the newest checkpoint and puts it in place. Until then both stand for the head.
 * 3. A draft whose checkpoint was not committed counts for nothing, and is overwritten by the next of the same number.
 */
export interface HeadFile {
  /** What stands in the file, or in the draft that must take its place. */
  readonly head: AuditCheckpoint | undefined;
  /** There is a file, and what it holds is no checkpoint. */
  readonly unreadable: boolean;
}

/** @param newest - of the table; its draft stands for the head */
export function readHead(directory: string, newest: Pick<AuditCheckpoint, "number" | "signature"> | undefined): HeadFile {
  if (newest !== undefined) {
    const draft = parse(readText(draftPath(directory, newest.number)));
    if (draft?.signature === newest.signature) return { head: draft, unreadable: false };
  }
  const text = readText(headPath(directory));
  const head = parse(text);
  return { head, unreadable: text !== undefined && head === undefined };
}

/** Writes the head beside its place, durably. */
export function draftHead(directory: string, checkpoint: AuditCheckpoint): void {
  const path = draftPath(directory, checkpoint.number);
  refusingFileErrors(path, () => {
    const file = openSync(path, "w", 0o600);
    try {
      writeSync(file, printCheckpoint(checkpoint));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncDirectory(directory);
  });
}

/** Puts a draft in its place, unless another process has done so already. */
export function placeHead(directory: string, number: number): void {
  refusingFileErrors(headPath(directory), () => {
    try {
      renameSync(draftPath(directory, number), headPath(directory));
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  });
}

function headPath(directory: string): string {
  return join(directory, "audit.head");
}

function draftPath(directory: string, number: number): string {
  return join(directory, `audit.head.${number}.new`);
}

function parse(text: string | undefined): AuditCheckpoint | undefined {
  return text === undefined ? undefined : parseCheckpoint(text);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    // Something is there, and it is no file.
    if (errorCode(error) === "EISDIR") return "";
    throw error;
  }
}

/** Makes the name of a new file durable. Windows has no such thing, and needs none. */
function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(directory, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
