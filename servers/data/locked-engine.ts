import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { QueryJob, TableFile } from "./query-job.ts";

/** A DuckDB for one job, of whose machine statements see the tables and nothing else. Disposing ends it. */
export interface LockedEngine extends Disposable {
  readonly connection: DuckDBConnection;
  /** Tables that cannot be read, and why. */
  readonly problems: ReadonlyMap<string, string>;
}

/**
 * Opens an engine that begins with nothing, so that nothing of one job is there in the next. Statements can neither reach
 * the network, nor load extensions, nor change a setting, nor open a file that is not one of the tables or the one that
 * is to be written.
 */
export async function openLockedEngine({ tables, work, limits }: QueryJob): Promise<LockedEngine> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryMb}MB`,
    // Without a folder nothing is put aside on the disk: a query that needs more memory fails.
    temp_directory: "",
    home_directory: "/nonexistent",
    extension_directory: "/nonexistent",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  const problems = new Map<string, string>();
  const written = work.type === "file" ? [work.path] : [];
  const allowed = [...tables.map(({ path }) => path), ...written].map(quoted);
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`SET allowed_paths = [${allowed.join(", ")}]`);
  await connection.run("SET enable_external_access = false");
  for (const table of tables) {
    // One file that is broken leaves the other tables usable.
    await connection.run(`CREATE VIEW "${table.name}" AS SELECT * FROM ${scanOf(table)}`).catch((error: unknown) => {
      problems.set(table.name, String(error).split("\n")[0] ?? "");
    });
  }
  await connection.run("SET lock_configuration = true");
  return {
    connection,
    problems,
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * A call of the function that reads such a file. Types are those of all rows, not of the first ones. Names of columns such as
 * 2024 would be taken for a row if it were not said that they are none, and the first lines for none of the table.
 */
function scanOf({ path, format }: Omit<TableFile, "name">): string {
  switch (format) {
    case "parquet":
      return `read_parquet(${quoted(path)})`;
    case "csv":
      return `read_csv(${quoted(path)}, sample_size = -1, header = true, skip = 0)`;
    case "json":
      return `read_json_auto(${quoted(path)}, sample_size = -1)`;
  }
}

/** How a file of the format is written. */
export function writingOf(format: TableFile["format"]): string {
  switch (format) {
    case "parquet":
      return "FORMAT parquet";
    case "csv":
      return "FORMAT csv, HEADER true";
    case "json":
      return "FORMAT json, ARRAY true";
  }
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
