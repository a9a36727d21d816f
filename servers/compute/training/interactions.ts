import type { DuckDBValue } from "@duckdb/node-api";
import { idText } from "../table/expressions.ts";
import { type LockedDatabase, openLockedDatabase } from "../table/locked-database.ts";
import { describe, reading, type SourceFile } from "../table/source-file.ts";
import { Refusal } from "../work/refusal.ts";
import type { ThreadSide } from "../work/thread-side.ts";

/** Who has taken what how often: each pair once, in the order of users, and of items for each user. */
export interface Interactions {
  /** In the order of their texts; a user's number is its place. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly userOf: Int32Array;
  readonly itemOf: Int32Array;
  readonly countOf: Int32Array;
  readonly rows: number;
  /** Rows without a user or an item. */
  readonly ignoredRows: number;
}

export interface LoadOptions {
  readonly source: SourceFile;
  readonly spillDirectory: string;
  readonly memoryMb: number;
  readonly side: Pick<ThreadSide<never>, "stopped" | "onStop">;
}

const USERS_MAX = 2_000_000;
const ITEMS_MAX = 200_000;
const PAIRS_MAX = 30_000_000;
const ID_CHARACTERS_MAX = 200;

/** Depends on what is in the file, and not on the order of its rows. @throws Refusal - there is nothing to learn from, or too much */
export async function loadInteractions({ source, spillDirectory, memoryMb, side }: LoadOptions): Promise<Interactions> {
  using database = await openLockedDatabase({ files: [source.path], spillDirectory, memoryMb, side });
  const { chosen, rows } = await describe(database, source);
  await database.run(`CREATE TABLE taken AS SELECT u, i, count(*)::INTEGER AS n
    FROM (SELECT ${idText(chosen.user)} AS u, ${idText(chosen.item)} AS i FROM ${reading(source)})
    WHERE u IS NOT NULL AND i IS NOT NULL GROUP BY u, i`);
  const users = await ids(database, "u", { word: "users", most: USERS_MAX });
  const items = await ids(database, "i", { word: "items", most: ITEMS_MAX });
  if (items.length < 2) throw new Refusal(`the file has ${items.length} different items: two are the least to learn a preference from`);
  const [sums = {}] = await database.rows("SELECT count(*)::DOUBLE AS pairs, sum(n)::DOUBLE AS rows FROM taken");
  const pairs = Number(sums["pairs"]);
  if (pairs > PAIRS_MAX) throw new Refusal(`the file has ${pairs} pairs of a user and an item; ${PAIRS_MAX} are the most`);
  const loaded = { userOf: new Int32Array(pairs), itemOf: new Int32Array(pairs), countOf: new Int32Array(pairs) };
  let at = 0;
  const ordered = database.chunks(
    "SELECT u_ids.x, i_ids.x, n FROM taken JOIN u_ids USING (u) JOIN i_ids USING (i) ORDER BY u_ids.x, i_ids.x",
  );
  for await (const [user = [], item = [], count = []] of ordered) {
    loaded.userOf.set(user as number[], at);
    loaded.itemOf.set(item as number[], at);
    loaded.countOf.set(count as number[], at);
    at += user.length;
  }
  return { users, items, ...loaded, rows, ignoredRows: rows - Number(sums["rows"]) };
}

interface IdLimit {
  readonly word: string;
  readonly most: number;
}

/** Numbers the ids of a column, in a table, and lists them. */
async function ids(database: LockedDatabase, column: "u" | "i", { word, most }: IdLimit): Promise<readonly string[]> {
  const table = `${column}_ids`;
  await database.run(
    `CREATE TABLE ${table} AS SELECT ${column}, (row_number() OVER (ORDER BY ${column}) - 1)::INTEGER AS x FROM (SELECT DISTINCT ${column} FROM taken)`,
  );
  const [found = {}] = await database.rows(
    `SELECT count(*)::DOUBLE AS count, coalesce(max(length(${column})), 0)::DOUBLE AS longest FROM ${table}`,
  );
  if (Number(found["count"]) > most) throw new Refusal(`the file has ${Number(found["count"])} ${word}; ${most} are the most`);
  if (Number(found["longest"]) > ID_CHARACTERS_MAX) throw new Refusal(`ids of ${word} have at most ${ID_CHARACTERS_MAX} characters`);
  const listed: DuckDBValue[] = [];
  for await (const [values = []] of database.chunks(`SELECT ${column} FROM ${table} ORDER BY x`)) listed.push(...values);
  return listed.map(String);
}
