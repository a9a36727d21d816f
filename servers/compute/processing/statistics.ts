import type { Column } from "../table/columns.ts";
import { idText, isNumber, timeOf } from "../table/expressions.ts";
import type { LockedDatabase } from "../table/locked-database.ts";
import { quoted } from "../table/sql-text.ts";
import type { Stage } from "./stage.ts";

/** What is told of the rows that are written. */
export interface Statistics {
  readonly users: number;
  readonly items: number;
  /** How many of all pairs of a user and an item are there, 0 to 1. */
  readonly density: number;
  readonly first?: string;
  readonly last?: string;
  /** Of numeric columns, at most 50. */
  readonly columns: readonly ColumnStatistics[];
}

export interface ColumnStatistics {
  readonly column: string;
  readonly count: number;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
}

const COLUMNS_MAX = 50;
const FIGURES = ["count", "mean", "stddev", "min", "median", "max"] as const;

export async function statisticsOf(database: LockedDatabase, { table, chosen, columns }: Stage): Promise<Statistics> {
  const [row = {}] = await database.rows(
    `SELECT count(DISTINCT u)::DOUBLE AS users, count(DISTINCT i)::DOUBLE AS items, count(DISTINCT (u, i))::DOUBLE AS pairs,
      strftime(min(t), '%Y-%m-%dT%H:%M:%SZ') AS first, strftime(max(t), '%Y-%m-%dT%H:%M:%SZ') AS last
    FROM (SELECT ${idText(chosen.user)} AS u, ${idText(chosen.item)} AS i, ${timeOrNone(chosen.time)} AS t FROM ${table})`,
  );
  const [users, items, pairs] = [Number(row["users"]), Number(row["items"]), Number(row["pairs"])];
  const numeric = columns.filter(isNumber).slice(0, COLUMNS_MAX);
  return {
    users,
    items,
    density: users * items === 0 ? 0 : pairs / (users * items),
    ...(typeof row["first"] === "string" ? { first: row["first"] } : {}),
    ...(typeof row["last"] === "string" ? { last: row["last"] } : {}),
    columns: numeric.length === 0 ? [] : await columnStatistics(database, table, numeric),
  };
}

function timeOrNone(time: Column | undefined): string {
  return time === undefined ? "NULL::TIMESTAMP" : timeOf(time);
}

async function columnStatistics(database: LockedDatabase, table: string, columns: readonly Column[]): Promise<readonly ColumnStatistics[]> {
  const figures = columns.flatMap(({ name }, index) => {
    const number = `CASE WHEN isfinite(${quoted(name)}::DOUBLE) THEN ${quoted(name)}::DOUBLE END`;
    return [
      `count(${number})::DOUBLE AS count_${index}`,
      `avg(${number}) AS mean_${index}`,
      // Of larger ones DuckDB would say that it cannot, and nothing would be written.
      `CASE WHEN bool_and(abs(${number}) < 1e150) THEN stddev_pop(CASE WHEN abs(${number}) < 1e150 THEN ${number} END) END AS stddev_${index}`,
      `min(${number}) AS min_${index}`,
      `median(${number}) AS median_${index}`,
      `max(${number}) AS max_${index}`,
    ];
  });
  const [row = {}] = await database.rows(`SELECT ${figures.join(", ")} FROM ${table}`);
  return columns.map(({ name }, index): ColumnStatistics => {
    const figure = (kind: (typeof FIGURES)[number]): number | null => finite(row[`${kind}_${index}`]);
    return {
      column: name,
      count: figure("count") ?? 0,
      mean: figure("mean"),
      stddev: figure("stddev"),
      min: figure("min"),
      median: figure("median"),
      max: figure("max"),
    };
  });
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
