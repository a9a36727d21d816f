import type { StatementSync } from "node:sqlite";
import { isEmptySql, readSql, type SqlText } from "../sql-text.ts";
import { Refusal } from "./refusal.ts";
import { RESERVED_PREFIX, type SeenActions } from "./statement-guard.ts";
import type { GuardedHandle } from "./tenant-file.ts";

/** A statement of the tenant that SQLite and the guard have nothing against. */
export interface PreparedStatement {
  readonly statement: StatementSync;
  readonly text: SqlText;
  readonly seen: SeenActions;
  /** `select`, `insert`, ... */
  readonly kind: string;
  readonly changes: boolean;
}

/** The words that a statement may begin with. VACUUM is not among them: it writes files, and no guard is asked. */
const FIRST_WORDS = ["SELECT", "WITH", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "EXPLAIN", "PRAGMA"];

const SCHEMA_WORDS = ["CREATE", "ALTER", "DROP"];
const RESERVED = new RegExp(RESERVED_PREFIX, "i");

/** @throws Refusal, or an error of SQLite */
export function prepareStatement({ database, guard }: GuardedHandle, query: string): PreparedStatement {
  checkText(query);
  const text = readSql(query);
  if (!FIRST_WORDS.includes(text.keyword)) throw new Refusal(notAllowed(query, text.keyword));
  // What a statement of the schema names is not always asked of the guard: a view only when it is used, a new name never.
  if (SCHEMA_WORDS.includes(text.keyword) && RESERVED.test(query))
    throw new Refusal(`names that begin with "${RESERVED_PREFIX}" are those of the server`);
  // ALTER judges by the schema that this handle read last, and somebody else may have changed it. What is run notices that.
  if (SCHEMA_WORDS.includes(text.keyword)) guard.asOwner(() => database.prepare("SELECT 1 FROM main.sqlite_schema").get());
  const seen = guard.watch(text.keyword);
  const statement = prepared(() => database.prepare(query), seen);
  // SQLite takes the first statement and leaves the rest alone.
  if (!isEmptySql(query.slice(statement.sourceSQL.length)))
    throw new Refusal("one statement at a time: there is more behind the first one");
  const explains = text.keyword === "EXPLAIN";
  return { statement, text, seen, kind: kindOf(text.keyword, seen), changes: !explains && seen.writes.length > 0 };
}

function checkText(query: string): void {
  if (query.includes("\u0000")) throw new Refusal("the query has a NUL character in it, behind which SQLite would read nothing");
  if (!query.isWellFormed()) throw new Refusal("the query is no Unicode text: it has half a surrogate pair in it");
  if (isEmptySql(query)) throw new Refusal("the query is empty");
}

function prepared(prepare: () => StatementSync, seen: SeenActions): StatementSync {
  try {
    return prepare();
  } catch (error) {
    if (seen.denied !== undefined) throw new Refusal(seen.denied, "asked", "SQLITE_AUTH");
    throw error;
  }
}

function notAllowed(query: string, keyword: string): string {
  const start = keyword === "" ? query.trim().slice(0, 20) : keyword;
  return `a statement cannot begin with "${start}": it begins with ${FIRST_WORDS.join(", ")}`;
}

function kindOf(keyword: string, { writes }: SeenActions): string {
  if (keyword === "WITH") return writes[0]?.action ?? "select";
  if (keyword === "REPLACE") return "insert";
  return keyword === "VALUES" ? "select" : keyword.toLowerCase();
}
