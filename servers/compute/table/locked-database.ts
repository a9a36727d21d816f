import { mkdirSync, rmSync } from "node:fs";
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";
import { Refusal } from "../work/refusal.ts";
import type { ThreadSide } from "../work/thread-side.ts";
import { literal } from "./sql-text.ts";

/*
 * L1. The database reads and writes the files that it was opened with and no others, loads no extensions, reaches no
 *     network, and cannot be told otherwise. All SQL is ours; names of columns are quoted in it.
 * L2. One thread: sums of fractions come out the same each time, so the same file in gives the same file out.
 */

/** DuckDB in memory, for one task. Disposing closes it and takes away what it has put on the disk. */
export interface LockedDatabase extends Disposable {
  /** @throws Refusal - the file is not what it is taken for, or too big */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly Readonly<Record<string, DuckDBValue>>[]>;
  /** The columns, some thousand rows at a time. */
  chunks(sql: string): AsyncIterable<readonly (readonly DuckDBValue[])[]>;
}

export interface LockedDatabaseOptions {
  /** Whole paths, without characters that mean several files. */
  readonly files: readonly string[];
  /** For what does not fit into the memory. Made, and taken away. */
  readonly spillDirectory: string;
  readonly memoryMb: number;
  readonly side: Pick<ThreadSide<never>, "stopped" | "onStop">;
}

const SPILL_MAX = "8GiB";

export async function openLockedDatabase({ files, spillDirectory, memoryMb, side }: LockedDatabaseOptions): Promise<LockedDatabase> {
  mkdirSync(spillDirectory, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    memory_limit: `${memoryMb}MB`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    allow_unsigned_extensions: "false",
  });
  const connection = await instance.connect();
  const lock = [
    `SET temp_directory = ${literal(spillDirectory)}`,
    `SET max_temp_directory_size = ${literal(SPILL_MAX)}`,
    `SET TimeZone = 'UTC'`,
    `SET allowed_paths = [${files.map(literal).join(", ")}]`,
    `SET enable_external_access = false`,
    `SET lock_configuration = true`,
  ];
  for (const statement of lock) await connection.run(statement);
  let open = true;
  side.onStop(() => {
    // Whoever stops it may be late.
    if (open) connection.interrupt();
  });
  const told = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    if (side.stopped()) throw new Refusal("it was stopped");
    try {
      return await work(connection);
    } catch (error) {
      throw new Refusal(`DuckDB says: ${tellable(error, files)}`, { cause: error });
    }
  };
  return {
    run: async (sql) => await told(async (connection) => void (await connection.run(sql))),
    rows: async (sql) => await told(async (connection) => await (await connection.run(sql)).getRowObjects()),
    async *chunks(sql) {
      const result = await told(async (connection) => await connection.stream(sql));
      for (;;) {
        const chunk = await told(async () => await result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk.getColumns();
      }
    },
    [Symbol.dispose]() {
      open = false;
      connection.closeSync();
      instance.closeSync();
      rmSync(spillDirectory, { recursive: true, force: true });
    },
  };
}

/** What is wrong, without paths of this machine and rows of the file, and before what DuckDB would have us set. */
function tellable(error: unknown, files: readonly string[]): string {
  const [wrong = ""] = (error instanceof Error ? error.message : String(error)).split("\n\n");
  const lines = wrong.split("\n").filter((line, place) => place === 0 || /^(Invalid|Expected|Value|Error|Maximum|The) /.test(line));
  return files.reduce((text, file) => text.replaceAll(file, "the file"), lines.join(": ")).slice(0, 300);
}
