import type { ChosenColumns, Column } from "../table/columns.ts";
import type { LockedDatabase } from "../table/locked-database.ts";
import { Refusal } from "../work/refusal.ts";

/** What has been made of the table so far. */
export interface Stage {
  readonly table: string;
  readonly chosen: ChosenColumns;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Columns that were added, in order. */
  readonly features: readonly string[];
  readonly removed: Removed;
}

/** How many rows were taken out, and why. */
export interface Removed {
  readonly nulls?: number;
  readonly impossible?: number;
  readonly duplicates?: number;
}

/** The columns of a table. */
export async function columnsOf(database: LockedDatabase, table: string): Promise<readonly Column[]> {
  const rows = await database.rows(`DESCRIBE ${table}`);
  return rows.map((row) => ({ name: String(row["column_name"]), type: String(row["column_type"]) }));
}

export async function countRows(database: LockedDatabase, table: string): Promise<number> {
  const [row] = await database.rows(`SELECT count(*)::DOUBLE AS count FROM ${table}`);
  return Number(row?.["count"]);
}

/** The stage after columns were added. @throws Refusal - a column of that name is there */
export async function withFeatures(database: LockedDatabase, stage: Stage, added: Added): Promise<Stage> {
  const there = new Set(stage.columns.map(({ name }) => name.toLowerCase()));
  const taken = added.features.filter((name) => there.has(name.toLowerCase()));
  if (taken.length > 0)
    throw new Refusal(`the file has a column "${taken[0]}" already: it has been worked over before, or the column wants another name`);
  await database.run(`CREATE TABLE next AS ${added.select}`);
  return {
    ...stage,
    table: "next",
    columns: await columnsOf(database, "next"),
    features: [...stage.features, ...added.features],
  };
}

export interface Added {
  /** A SELECT from the table of the stage. */
  readonly select: string;
  readonly features: readonly string[];
}
