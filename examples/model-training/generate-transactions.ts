import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { CATEGORIES, transactionsQuery } from "./transactions-query.ts";

/** A file with purchases that can be had again from nothing but these numbers. */
export interface Transactions {
  readonly path: string;
  /** Since the first of January 2024; there are a tenth as many from before. */
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether an earlier run has made it. */
  readonly found: boolean;
}

/** Goes up with every change of what is written, so that files of earlier versions are not taken for new ones. */
const VERSION = 1;

/**
 * Makes a Parquet file with purchases of customers who have tastes, or finds the one that was made before: then its size
 * and hash are what was noted when it was made. The same number of rows always gives the same bytes.
 *
 * @param path - where it lies; its note lies beside it
 */
export async function generateTransactions(path: string, rows: number): Promise<Transactions> {
  const before = await noted(path, rows);
  if (before !== undefined) return { ...before, found: true };
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}.part`;
  try {
    await write(beside, rows);
    const made = { path, rows, bytes: statSync(beside).size, sha256: await hashOf(beside) };
    // The note comes last: without it the file is made again.
    rmSync(noteOf(path), { force: true });
    renameSync(beside, path);
    writeFileSync(noteOf(path), `${JSON.stringify({ version: VERSION, ...made }, null, 2)}\n`);
    return { ...made, found: false };
  } finally {
    rmSync(beside, { force: true });
  }
}

async function noted(path: string, rows: number): Promise<Omit<Transactions, "found"> | undefined> {
  if (!existsSync(path) || !existsSync(noteOf(path))) return undefined;
  try {
    const { version, ...note } = JSON.parse(readFileSync(noteOf(path), "utf8")) as Omit<Transactions, "found"> & { version: number };
    const same = version === VERSION && note.rows === rows && statSync(path).size === note.bytes;
    return same && (await hashOf(path)) === note.sha256 ? { ...note, path } : undefined;
  } catch {
    // A note that was cut short is none.
    return undefined;
  }
}

function noteOf(path: string): string {
  return `${path}.json`;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

async function write(path: string, rows: number): Promise<void> {
  // With several threads the rows would come in another order each time.
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const products = Math.min(1_500, Math.max(15 * CATEGORIES.length, Math.round(rows / 800)));
    const customers = Math.min(50_000, Math.max(100, Math.round(rows / 50)));
    for (const statement of transactionsQuery({ rows, products, customers, path })) await connection.run(statement);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
