import type { StandardSchemaWithJSON } from "@modelcontextprotocol/server";
import { z } from "zod";
import { isJsonObject, type Json } from "../base/json.ts";
import { requireContext } from "../context/ambient-context.ts";
import type { Envelope } from "../envelope/envelope.ts";
import type { McpToolResponse } from "../envelope/payloads.ts";
import { configFaults } from "../tenant-sql/config-faults.ts";
import { answerEnvelope } from "./answer-envelope.ts";
import { defineEnvelopeTool } from "./define-envelope-tool.ts";
import type { EnvelopeTool, ToolEnvelope } from "./envelope-tool.ts";
import { runStatements, type Statement, type StatementKind, type StatementResult, type TenantDatabaseOptions } from "./tenant-database.ts";

const STATEMENTS_MAX = 100;

const params = z.array(z.json()).default([]).describe("Values for $1, $2, ...");
const statement = z.object({ query: z.string().describe("One SQL statement, of PostgreSQL"), params });

/**
 * `database_query`, `database_execute` and `database_transaction`: SQL of whoever calls, confined to the rows of the tenant
 * in whose name the call is made.
 *
 * @throws Error - the configuration would confine nothing, or something else than was meant
 */
export function createDatabaseTools(options: TenantDatabaseOptions): readonly EnvelopeTool[] {
  const [fault] = configFaults(options.config);
  if (fault !== undefined) throw new Error(`${fault.path.join(".")}: ${fault.message}`);
  const run = async (statements: readonly Statement[], kinds: readonly StatementKind[]): Promise<readonly StatementResult[]> =>
    await runStatements(options, requireContext().requireTenant(), statements, kinds);
  return [
    defineEnvelopeTool({
      name: "database_query",
      description: "Execute tenant-scoped database queries",
      inputSchema: withQuery(statement),
      annotations: { readOnlyHint: true, openWorldHint: false },
      requiresTenant: true,
      async execute(call) {
        const [result = NOTHING] = await run([call.data.parameters], ["select"]);
        return answer(call, result.rows, result.rows.length);
      },
    }),
    defineEnvelopeTool({
      name: "database_execute",
      description: "Execute one tenant-scoped INSERT, UPDATE or DELETE",
      inputSchema: withQuery(statement),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
      requiresTenant: true,
      async execute(call) {
        const [result = NOTHING] = await run([call.data.parameters], ["insert", "update", "delete"]);
        return answer(call, changed(result), result.affectedRows);
      },
    }),
    defineEnvelopeTool({
      name: "database_transaction",
      description: "Execute several tenant-scoped statements in one transaction: all of them, or none",
      inputSchema: z.object({ statements: z.array(statement).min(1).max(STATEMENTS_MAX) }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
      requiresTenant: true,
      async execute(call) {
        const results = await run(call.data.parameters.statements, ["select", "insert", "update", "delete"]);
        const rowCount = results.reduce((sum, { rows, affectedRows }) => sum + Math.max(rows.length, affectedRows), 0);
        return answer(call, results.map(changed), rowCount);
      },
    }),
  ];
}

const NOTHING: StatementResult = { rows: [], affectedRows: 0 };

function changed({ rows, affectedRows }: StatementResult): Json {
  return { rows, affected_rows: affectedRows };
}

function answer(call: ToolEnvelope<unknown>, result: Json, rowCount: number): Envelope<McpToolResponse> {
  return answerEnvelope(call, { result, metadata: { tenant_id: requireContext().requireTenant(), row_count: rowCount } });
}

/** Says in words that everybody knows what is most often forgotten. */
function withQuery<Input, Output>(schema: StandardSchemaWithJSON<Input, Output>): StandardSchemaWithJSON<Input, Output> {
  const standard = schema["~standard"];
  const missing = { issues: [{ message: "Missing query parameter" }] };
  return {
    "~standard": {
      ...standard,
      validate: (value) => (isJsonObject(value) && Object.hasOwn(value, "query") ? standard.validate(value) : missing),
    },
  };
}
