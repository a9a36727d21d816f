import { createHash, type Hash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** How far a training has come. */
export interface Place {
  readonly epoch: number;
  /** The next batch of the epoch. */
  readonly batch: number;
  /** The sum of the losses of the epoch so far. */
  readonly loss: number;
  /** The mean losses of the epochs that are over. */
  readonly losses: readonly number[];
}

const MAGIC = "TUTTI-CHECKPOINT-1\n";
const HASH_BYTES = 32;

/**
 * Keeps numbers and the place they belong to in one file. After a crash the file is this one or the one before.
 *
 * @param identity - of what is trained: a checkpoint of anything else is none
 */
export function writeCheckpoint(
  path: string,
  identity: string,
  { place, all }: { readonly place: Place; readonly all: Float64Array },
): void {
  const header = Buffer.from(`${MAGIC}${JSON.stringify({ identity, place })}\n`);
  const numbers = Buffer.from(all.buffer, all.byteOffset, all.byteLength);
  const beside = `${path}.part`;
  const file = openSync(beside, "w");
  try {
    for (const part of [header, numbers, hashOf(header, numbers).digest()]) writeAll(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  flushFolder(dirname(path));
}

/** Reads the numbers into where they belong. Undefined when there is no checkpoint, or none that can be trusted. */
export function readCheckpoint(path: string, identity: string, all: Float64Array): Place | undefined {
  const content = contentOf(path);
  if (content === undefined || !content.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return undefined;
  const end = content.indexOf("\n", MAGIC.length) + 1;
  const numbers = content.subarray(end, content.length - HASH_BYTES);
  if (end === 0 || numbers.length !== all.byteLength) return undefined;
  const header = content.subarray(0, end);
  if (
    !hashOf(header, numbers)
      .digest()
      .equals(content.subarray(content.length - HASH_BYTES))
  )
    return undefined;
  const kept = JSON.parse(header.subarray(MAGIC.length).toString()) as { readonly identity: string; readonly place: Place };
  if (kept.identity !== identity) return undefined;
  numbers.copy(Buffer.from(all.buffer, all.byteOffset, all.byteLength));
  return kept.place;
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function hashOf(...parts: readonly Buffer[]): Hash {
  return parts.reduce((hash, part) => hash.update(part), createHash("sha256"));
}

function writeAll(file: number, part: Buffer): void {
  for (let from = 0; from < part.length;) from += writeSync(file, part, from);
}

function flushFolder(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
