import type { ChosenColumns, Column } from "../table/columns.ts";
import { idText, numberOf, timeOf } from "../table/expressions.ts";
import type { LockedDatabase } from "../table/locked-database.ts";
import { quoted } from "../table/sql-text.ts";
import { columnsOf, countRows, type Stage } from "./stage.ts";

const DAY_MS = 86_400_000;

/**
 * Takes out rows in which something is missing, then those with a value or a time that cannot be, then all but one of
 * rows that are alike in every column. Values and times that are text become numbers and times.
 */
export async function clean(database: LockedDatabase, stage: Stage, nowMs: number): Promise<Stage> {
  const { table, chosen, rows } = stage;
  await database.run(`CREATE TABLE present AS SELECT * FROM ${table} WHERE ${present(chosen).join(" AND ")}`);
  const presentRows = await countRows(database, "present");
  await database.run(`CREATE TABLE possible AS SELECT ${typed(chosen)} FROM present WHERE ${possible(chosen, nowMs).join(" AND ")}`);
  await database.run("DROP TABLE present");
  const possibleRows = await countRows(database, "possible");
  await database.run("CREATE TABLE next AS SELECT DISTINCT * FROM possible");
  await database.run("DROP TABLE possible");
  const left = await countRows(database, "next");
  const columns = await columnsOf(database, "next");
  return {
    ...stage,
    table: "next",
    columns,
    chosen: retyped(chosen, columns),
    rows: left,
    removed: { nulls: rows - presentRows, impossible: presentRows - possibleRows, duplicates: possibleRows - left },
  };
}

function present({ user, item, value, time }: ChosenColumns): readonly string[] {
  const ids = [user, item].map((column) => `trim(${idText(column)}) <> ''`);
  const others = [value, time].flatMap((column) => (column === undefined ? [] : [`${quoted(column.name)} IS NOT NULL`]));
  return [...ids, ...others];
}

/** Values are amounts: they are numbers from 0. Times are from 1970 until a day from now, for clocks that are fast. */
function possible({ value, time }: ChosenColumns, nowMs: number): readonly string[] {
  const amount = value === undefined ? [] : [`isfinite(${numberOf(value)}) AND ${numberOf(value)} >= 0`];
  const latest = `make_timestamp(${Math.trunc(nowMs + DAY_MS) * 1_000})`;
  const moment = time === undefined ? [] : [`${timeOf(time)} BETWEEN TIMESTAMP '1970-01-01' AND ${latest}`];
  return ["true", ...amount, ...moment];
}

function typed({ value, time }: ChosenColumns): string {
  const replaced = [
    ...(value?.type === "VARCHAR" ? [`${numberOf(value)} AS ${quoted(value.name)}`] : []),
    ...(time?.type === "VARCHAR" ? [`${timeOf(time)} AS ${quoted(time.name)}`] : []),
  ];
  return replaced.length === 0 ? "*" : `* REPLACE (${replaced.join(", ")})`;
}

function retyped({ user, item, value, time }: ChosenColumns, columns: readonly Column[]): ChosenColumns {
  const now = (column: Column): Column => columns.find(({ name }) => name === column.name) ?? column;
  return {
    user: now(user),
    item: now(item),
    ...(value === undefined ? {} : { value: now(value) }),
    ...(time === undefined ? {} : { time: now(time) }),
  };
}
