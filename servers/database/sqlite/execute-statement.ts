import { createHash } from "node:crypto";
import type { QueryAnswer } from "../database-engine.ts";
import { bindValues } from "./bind-values.ts";
import { type PreparedStatement, prepareStatement } from "./prepare-statement.ts";
import { Refusal } from "./refusal.ts";
import { resultRows } from "./result-rows.ts";
import type { GuardedHandle, TenantFile } from "./tenant-file.ts";
import type { WorkerRequest } from "./worker-message.ts";

type Asked = WorkerRequest & { readonly kind: "execute" };

/**
 * Runs one statement. What changes something is one transaction, in which its answer is remembered for the key of the call.
 * What only reads is run where nothing can be written.
 */
export function executeStatement(file: TenantFile, asked: Asked): QueryAnswer {
  const looked = prepareStatement(file.read, asked.query);
  if (!looked.changes) return runStatement(file.read, looked, asked);
  return inTransaction(file.write, () => {
    const known = asked.key === undefined ? undefined : recall(file.write, asked, asked.key);
    if (known !== undefined) return known;
    const answer = runStatement(file.write, prepareStatement(file.write, asked.query), asked);
    if (asked.key !== undefined) remember(file.write, asked, { key: asked.key, answer });
    return answer;
  });
}

function runStatement(handle: GuardedHandle, prepared: PreparedStatement, { params, rowsMax }: Asked): QueryAnswer {
  const { statement, text, kind, changes } = prepared;
  const startedMs = performance.now();
  const values = bindValues(params, text.parameters);
  const { columns, rows, truncated } = resultRows(statement, values, rowsMax);
  const change = changes && ["insert", "update", "delete"].includes(kind) ? changeOf(handle, prepared) : {};
  const tookMs = Math.round((performance.now() - startedMs) * 100) / 100;
  return { columns, rows, row_count: rows.length, execution_time_ms: tookMs, ...change, truncated };
}

function changeOf({ database, guard }: GuardedHandle, { kind, seen }: PreparedStatement): Pick<QueryAnswer, "changes" | "inserted_id"> {
  return guard.asOwner(() => {
    const row = database.prepare("SELECT changes() AS changes, CAST(last_insert_rowid() AS TEXT) AS id").get();
    const changes = Number(row?.["changes"]);
    const id = Number(row?.["id"]);
    const [first] = seen.writes;
    // Of an upsert it cannot be told which of both it was, and of a table without rowid there is none.
    const inserts = kind === "insert" && changes > 0 && seen.writes.every(({ action }) => action !== "update");
    if (!inserts || first === undefined || !hasRowid({ database, guard }, first.table)) return { changes };
    return { changes, inserted_id: Number.isSafeInteger(id) ? id : String(row?.["id"]) };
  });
}

function hasRowid({ database }: GuardedHandle, table: string): boolean {
  const found = database.prepare("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?").get(table);
  return found?.["type"] === "table" && Number(found["wr"]) === 0;
}

function inTransaction<T>({ database, guard }: GuardedHandle, work: () => T): T {
  guard.asOwner(() => database.exec("BEGIN IMMEDIATE"));
  try {
    const result = work();
    guard.asOwner(() => database.exec("COMMIT"));
    return result;
  } catch (error) {
    // A constraint with ON CONFLICT ROLLBACK has ended it already.
    if (database.isTransaction) guard.asOwner(() => database.exec("ROLLBACK"));
    throw error;
  }
}

function recall({ database, guard }: GuardedHandle, asked: Asked, key: string): QueryAnswer | undefined {
  const row = guard.asOwner(() => database.prepare("SELECT asked, answer FROM main.tutti_answers WHERE key = ?").get(key));
  if (row === undefined) return undefined;
  if (row["asked"] !== fingerprint(asked)) throw new Refusal("this idempotency key belongs to a call with other arguments");
  return JSON.parse(String(row["answer"])) as QueryAnswer;
}

function remember(
  { database, guard }: GuardedHandle,
  asked: Asked,
  { key, answer }: { readonly key: string; readonly answer: QueryAnswer },
): void {
  guard.asOwner(() =>
    database
      .prepare("INSERT INTO main.tutti_answers (key, asked, answer) VALUES (?, ?, ?)")
      .run(key, fingerprint(asked), JSON.stringify(answer)),
  );
}

function fingerprint({ query, params, rowsMax }: Asked): string {
  const named = Array.isArray(params) ? params : Object.entries(params).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([query, named, rowsMax]))
    .digest("base64url");
}
