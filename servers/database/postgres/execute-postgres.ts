import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import { ToolError } from "tutti/server";
import { refuse } from "../../kit/reference-server.ts";
import { distinctNames } from "../distinct-names.ts";
import type { AskedStatement, EngineCall, QueryAnswer } from "../database-engine.ts";
import { positionalStatement } from "./named-parameters.ts";
import { type Around, type Confined, runScoped, type StatementResult } from "./scoped-statement.ts";

/** What all rows of an answer may have together, as JSON. */
const RESULT_BYTES_MAX = 768 * 1_024;

/** Runs one statement; the answer to a change is remembered in its transaction. */
export async function executePostgres(confined: Confined, call: EngineCall, asked: AskedStatement): Promise<QueryAnswer> {
  const { rowsMax } = asked;
  const statement = positionalStatement(asked.query, asked.params);
  const startedMs = performance.now();
  const seen: Seen = { columns: [], truncated: false, changes: false };
  let known: QueryAnswer | undefined;
  let made: QueryAnswer | undefined;
  const finished = (result: StatementResult): QueryAnswer => answerOf(result, seen, performance.now() - startedMs);
  const around: Around = {
    send: async (client, text, values) => await send(client, { text, values, rowsMax }, seen),
    async transaction(client, work) {
      known = await recall(client, call.tenant, asked);
      // Ends the work and the transaction; below it is answered.
      if (known !== undefined) throw new ToolError("answered before");
      const result = await work();
      if (seen.changes && asked.key !== undefined) {
        made = finished(result);
        await remember(client, call.tenant, { asked, key: asked.key, answer: made });
      }
      return result;
    },
  };
  try {
    const result = await runScoped(confined, call, { ...statement, rowsMax }, around);
    return made ?? finished(result);
  } catch (error) {
    if (known !== undefined) return known;
    throw error;
  }
}

interface Seen {
  columns: readonly string[];
  truncated: boolean;
  changes: boolean;
}

interface Sent {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly rowsMax: number;
}

/** The rewriter reads through a cursor; all else that has no such word before it is a change. */
async function send(client: PoolClient, { text, values, rowsMax }: Sent, seen: Seen): ReturnType<Around["send"]> {
  if (/^(?:SELECT set_config|DECLARE|CLOSE) ?/.test(text)) {
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text, [...values]);
    return { rows, rowCount };
  }
  // As lists, because rows as objects lose a column when two have the same name.
  const { rows, fields, rowCount } = await client.query<unknown[]>({ text, values: [...values], rowMode: "array" });
  const columns = distinctNames(fields.map(({ name }) => name));
  seen.changes = !text.startsWith("FETCH FORWARD");
  seen.columns = columns;
  seen.truncated = rows.length > rowsMax;
  const named = rows.slice(0, rowsMax).map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])));
  return { rows: named, rowCount };
}

function answerOf({ rows, affectedRows }: StatementResult, { columns, truncated, changes }: Seen, tookMs: number): QueryAnswer {
  const fitting = thatFit(rows);
  const id = rows.at(-1)?.["id"];
  return {
    columns: [...columns],
    rows: fitting,
    row_count: fitting.length,
    execution_time_ms: Math.round(tookMs * 100) / 100,
    ...(changes ? { changes: affectedRows } : {}),
    // PostgreSQL tells it of a statement that says RETURNING id.
    ...(changes && affectedRows > 0 && (typeof id === "number" || typeof id === "string") ? { inserted_id: id } : {}),
    truncated: truncated || fitting.length < rows.length,
  };
}

function thatFit(rows: StatementResult["rows"]): StatementResult["rows"] {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += Buffer.byteLength(JSON.stringify(row))) > RESULT_BYTES_MAX);
  return end === -1 ? rows : rows.slice(0, end);
}

async function recall(client: PoolClient, tenant: string, asked: AskedStatement): Promise<QueryAnswer | undefined> {
  if (asked.key === undefined) return undefined;
  // Of two calls with one key at two servers the second waits for the end of the first.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${tenant}\n${asked.key}`]);
  const { rows } = await client.query<{ readonly asked: string; readonly answer: string }>(
    "SELECT asked, answer FROM public.tutti_answers WHERE tenant_id = $1 AND key = $2",
    [tenant, asked.key],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.asked !== fingerprint(asked)) throw refuse("this idempotency key belongs to a call with other arguments");
  return JSON.parse(row.answer) as QueryAnswer;
}

interface Remembered {
  readonly asked: AskedStatement;
  readonly key: string;
  readonly answer: QueryAnswer;
}

async function remember(client: PoolClient, tenant: string, { asked, key, answer }: Remembered): Promise<void> {
  await client.query("INSERT INTO public.tutti_answers (tenant_id, key, asked, answer) VALUES ($1, $2, $3, $4)", [
    tenant,
    key,
    fingerprint(asked),
    JSON.stringify(answer),
  ]);
}

function fingerprint({ query, params, rowsMax }: AskedStatement): string {
  const named = Array.isArray(params) ? params : Object.entries(params).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([query, named, rowsMax]))
    .digest("base64url");
}
