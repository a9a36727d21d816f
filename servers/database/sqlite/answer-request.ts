import type { Validation } from "../database-engine.ts";
import { readSql } from "../sql-text.ts";
import { databaseStats, listTables, tableSchema } from "./describe-tables.ts";
import { executeStatement } from "./execute-statement.ts";
import { prepareStatement } from "./prepare-statement.ts";
import { queryPlan } from "./query-plan.ts";
import { Refusal, toRefusal } from "./refusal.ts";
import type { TenantFile } from "./tenant-file.ts";
import type { WorkerAnswers, WorkerRequest } from "./worker-message.ts";

/** What may be told of tables: their names can be as long as a statement. */
const TOLD_BYTES_MAX = 900_000;

/** Does what the process of a tenant's file is asked. @throws Refusal, or an error of SQLite */
export function answerRequest(file: TenantFile, request: WorkerRequest): WorkerAnswers[keyof WorkerAnswers] {
  if (request.kind === "execute") return executeStatement(file, request);
  const told = tell(file, request);
  const bytes = Buffer.byteLength(JSON.stringify(told));
  if (bytes > TOLD_BYTES_MAX)
    throw new Refusal(`the answer has ${bytes} bytes, and ${TOLD_BYTES_MAX} are the most: query sqlite_master in parts`);
  return told;
}

function tell(file: TenantFile, request: Exclude<WorkerRequest, { readonly kind: "execute" }>): WorkerAnswers[keyof WorkerAnswers] {
  switch (request.kind) {
    case "list-tables":
      return listTables(file);
    case "table-schema":
      return tableSchema(file, request.table);
    case "validate":
      return validate(file, request.query);
    case "plan":
      return queryPlan(file, request.query);
    case "stats":
      return databaseStats(file);
  }
}

function validate(file: TenantFile, query: string): Validation {
  try {
    return { valid: true, kind: prepareStatement(file.read, query).kind };
  } catch (error) {
    const refusal = toRefusal(error, file.megabytesMax);
    if (refusal.why !== "asked") throw refusal;
    const { keyword } = readSql(query);
    return { valid: false, problem: refusal.message, kind: keyword === "" ? "unknown" : keyword.toLowerCase() };
  }
}
