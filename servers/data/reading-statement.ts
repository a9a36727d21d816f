import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";

/** Its message is for whoever wrote the statement. */
class StatementRefused extends Error {}

const EXPLAIN = /^\s*explain\s/i;
const EXPLAIN_ANALYZE = /^\s*explain\s+analy[sz]e\b/i;

/**
 * The functions that give tables and that statements may call. All others can be made to open files, write logs, run SQL
 * in a text, or read memory at an address.
 */
const TABLE_FUNCTIONS = words(
  "range generate_series unnest repeat repeat_row json_each json_tree histogram histogram_values",
  "duckdb_columns duckdb_tables duckdb_types duckdb_functions duckdb_keywords pragma_table_info pragma_version",
);

/** What tells where files of this machine are. */
const INSIDE = words(
  "current_setting pg_get_viewdef duckdb_views duckdb_logs duckdb_databases pragma_database_list information_schema.views",
  "sqlite_master sqlite_schema sqlite_temp_master sqlite_temp_schema pg_views pg_settings pg_database",
);

const serialized = z.object({
  error: z.boolean(),
  error_type: z.string().optional(),
  error_message: z.string().optional(),
  statements: z.array(z.unknown()).optional(),
});

/**
 * The statement without what would end it early, when it is a single one that only reads: the engine's own parser says so.
 *
 * @throws StatementRefused - it is none, or calls what is not allowed
 */
export async function readingStatement(connection: DuckDBConnection, sql: string): Promise<string> {
  const text = sql.replace(/[\s;]+$/, "");
  if (EXPLAIN_ANALYZE.test(text))
    throw new StatementRefused("EXPLAIN ANALYZE is not allowed: it tells where files are. EXPLAIN gives the plan");
  const parsed = await parse(connection, text.replace(EXPLAIN, ""));
  const { error, error_type: kind, error_message: message = "", statements = [] } = parsed;
  if (error && kind === "not implemented") {
    throw new StatementRefused("only statements that read are allowed: SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW and EXPLAIN");
  }
  if (error) throw new StatementRefused(message === "" ? "this is no SQL" : message);
  if (statements.length !== 1) throw new StatementRefused(`one statement is wanted, and these are ${statements.length}`);
  checkParts(statements);
  return text;
}

async function parse(connection: DuckDBConnection, text: string): Promise<z.infer<typeof serialized>> {
  const read = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [text]);
  return serialized.parse(JSON.parse(String(read.getRows()[0]?.[0])));
}

/** Without recursion: statements may be nested as deeply as the parser allows. */
function checkParts(statements: readonly unknown[]): void {
  const open: unknown[] = [...statements];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== "object" || part === null) continue;
    checkPart(new Map(Object.entries(part)));
    open.push(...Object.values(part).filter((value) => typeof value === "object" && value !== null));
  }
}

function checkPart(part: ReadonlyMap<string, unknown>): void {
  const name = part.get("class") === "FUNCTION" ? part.get("function_name") : part.get("table_name");
  if (part.get("type") === "TABLE_FUNCTION") {
    const called = z.object({ function_name: z.string() }).safeParse(part.get("function")).data?.function_name.toLowerCase() ?? "";
    if (!TABLE_FUNCTIONS.has(called)) throw new StatementRefused(`the function ${called}() is not allowed in FROM`);
  }
  const schema = part.get("schema_name");
  const names = typeof name === "string" ? [name, `${String(schema)}.${name}`] : [];
  if (names.some((one) => INSIDE.has(one.toLowerCase()))) throw new StatementRefused(`"${names[0]}" is not allowed`);
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(" ")));
}
