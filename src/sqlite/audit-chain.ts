import { hash } from "node:crypto";

/** What the hash of an entry covers. */
export interface ChainLink {
  readonly seq: number | bigint;
  readonly atMs: number | bigint;
  /** 16 hexadecimal digits, other ones for each process that writes. */
  readonly writer: string;
  /** Canonical JSON. */
  readonly entry: string;
  /** Of the entry before. */
  readonly previousHash: string;
}

/** What the first entry follows. */
export const FIRST_HASH: string = "0".repeat(64);

/**
 * SHA-256 in hexadecimal of six lines: the name of this format, number, moment, writer, hash before, entry. None of them
 * holds a line break when it is written, and one that was put in later makes more lines, so no two links are alike.
 */
export function entryHash({ seq, atMs, writer, previousHash, entry }: ChainLink): string {
  return hash("sha256", `tutti.audit.entry.v1\n${seq}\n${atMs}\n${writer}\n${previousHash}\n${entry}`);
}
