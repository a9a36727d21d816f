import { performance } from "node:perf_hooks";
import type { ChosenColumns, Column } from "../table/columns.ts";
import { type LockedDatabase, openLockedDatabase } from "../table/locked-database.ts";
import { COLUMNS_KEY, describe, reading, type SourceFile } from "../table/source-file.ts";
import { literal, quoted } from "../table/sql-text.ts";
import { Refusal } from "../work/refusal.ts";
import type { ThreadSide } from "../work/thread-side.ts";
import { clean } from "./clean.ts";
import { engineerFeatures } from "./engineer-features.ts";
import { normalize } from "./normalize.ts";
import { type Statistics, statisticsOf } from "./statistics.ts";
import { columnsOf, type Removed, type Stage } from "./stage.ts";

export type Operation = "clean" | "normalize" | "feature_engineering";

export interface ProcessTask {
  readonly source: SourceFile;
  readonly operations: readonly Operation[];
  readonly normalization: "z_score" | "min_max";
  /** Where to write, and as what. */
  readonly output: { readonly path: string; readonly format: "parquet" | "csv" };
  readonly spillDirectory: string;
  readonly memoryMb: number;
  /** Milliseconds since 1970: later times are impossible. */
  readonly nowMs: number;
}

export interface Processed {
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly columns: readonly Column[];
  readonly chosen: ChosenColumns;
  readonly features: readonly string[];
  readonly removed: Removed;
  readonly statistics: Statistics;
  readonly durationMs: number;
}

export interface ProcessProgress {
  readonly done: number;
  readonly of: number;
  readonly message: string;
}

/**
 * Works a table over, one operation after the other, and writes what has become of it. Rows are written in the order of
 * their columns, so that what is written depends on what is in the file and not on where in it.
 */
export async function processFile(task: ProcessTask, side: ThreadSide<ProcessProgress>): Promise<Processed> {
  const startedMs = performance.now();
  const { source, operations, output } = task;
  const of = operations.length + 2;
  const tell = (done: number, message: string): void => side.tell({ done, of, message });
  using database = await openLockedDatabase({
    files: [source.path, output.path],
    spillDirectory: task.spillDirectory,
    memoryMb: task.memoryMb,
    side,
  });
  const { chosen, rows } = await describe(database, source);
  tell(0, `reading ${rows} rows`);
  await database.run(`CREATE TABLE stage_0 AS SELECT * FROM ${reading(source)}`);
  let stage: Stage = { table: "stage_0", chosen, columns: await columnsOf(database, "stage_0"), rows, features: [], removed: {} };
  for (const [index, operation] of operations.entries()) {
    tell(index + 1, operation);
    stage = await applied(operation, { database, stage, task });
    await database.run(`DROP TABLE stage_${index}`);
    await database.run(`ALTER TABLE ${stage.table} RENAME TO stage_${index + 1}`);
    stage = { ...stage, table: `stage_${index + 1}` };
  }
  tell(of - 1, `writing ${stage.rows} rows`);
  const statistics = await statisticsOf(database, stage);
  await write(database, stage, output);
  tell(of, "written");
  const { columns, features, removed } = stage;
  return {
    rowsIn: rows,
    rowsOut: stage.rows,
    columns,
    chosen: stage.chosen,
    features,
    removed,
    statistics,
    durationMs: performance.now() - startedMs,
  };
}

interface Applying {
  readonly database: LockedDatabase;
  readonly stage: Stage;
  readonly task: ProcessTask;
}

async function applied(operation: Operation, { database, stage, task }: Applying): Promise<Stage> {
  switch (operation) {
    case "clean":
      return await clean(database, stage, task.nowMs);
    case "normalize":
      return await normalize(database, stage, task.normalization);
    case "feature_engineering":
      return await engineerFeatures(database, stage);
  }
}

async function write(database: LockedDatabase, { table, chosen, rows }: Stage, output: ProcessTask["output"]): Promise<void> {
  if (rows === 0) throw new Refusal("no row is left: nothing was written");
  const names = Object.fromEntries(Object.entries(chosen).map(([role, column]: [string, Column]) => [role, column.name]));
  const marked = `KV_METADATA {${quoted(COLUMNS_KEY)}: ${literal(JSON.stringify(names))}}`;
  const format = output.format === "parquet" ? `FORMAT parquet, COMPRESSION zstd, ${marked}` : "FORMAT csv, HEADER true";
  // Else DuckDB writes to a name of its own first, which the lock forbids.
  await database.run(`COPY (SELECT * FROM ${table} ORDER BY ALL) TO ${literal(output.path)} (${format}, USE_TMP_FILE false)`);
}
