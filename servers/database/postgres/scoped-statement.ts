import type { Pool, PoolClient } from "pg";
import { createDatabaseTools, createEnvelopeServer, type DatabaseInjectorConfig, type DatabaseResult, ToolError } from "tutti/server";
import { z } from "zod";
import type { EngineCall } from "../database-engine.ts";
import type { PositionalStatement } from "./named-parameters.ts";

export interface Confined {
  readonly pool: Pool;
  readonly config: DatabaseInjectorConfig;
  readonly statementTimeoutMs: number;
}

/** What is done around the statement, in its transaction. */
export interface Around {
  /** Sends what the rewriter has made of the statement. */
  readonly send: (client: PoolClient, text: string, values: readonly unknown[]) => Promise<DatabaseResult>;
  /** Around all of it. `work` gives what the statement gave. */
  readonly transaction: (client: PoolClient, work: () => Promise<StatementResult>) => Promise<StatementResult>;
}

export type StatementResult = z.output<typeof statementResult>;

const statementResult = z.object({ rows: z.array(z.record(z.string(), z.json())), affectedRows: z.number() });
const answered = z.array(z.object({ rows: z.array(z.record(z.string(), z.json())), affected_rows: z.number() })).length(1);

/** The rewriter and its tools are those of Tutti: they parse the statement and confine it to the rows of the tenant. */
export async function runScoped(
  { pool, config, statementTimeoutMs }: Confined,
  { tenant, signal }: EngineCall,
  { query, params, rowsMax }: PositionalStatement & { readonly rowsMax: number },
  around: Around,
): Promise<StatementResult> {
  const database = {
    transaction: async <T>(work: (transaction: { query: Send }) => Promise<T>): Promise<T> =>
      await inTransaction(pool, signal, async (client) => {
        await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
        let result: T | undefined;
        const send: Send = async (text, values = []) => await around.send(client, text, values);
        await around.transaction(client, async () => {
          result = await work({ query: send });
          return statementResult.parse((result as readonly unknown[])[0]);
        });
        return result as T;
      }),
  };
  const tools = createDatabaseTools({ database, config, rowsMax, statementTimeoutMs });
  const faults: unknown[] = [];
  const server = createEnvelopeServer({ serverId: "database", tools, onFault: (error) => faults.push(error) });
  const call = { tool: "database_transaction", parameters: { statements: [{ query, params: [...params] }] } };
  const { data, error } = await server.handleEnvelopeCall({ meta: { tenant }, data: call }, { signal });
  if (faults.length > 0) throw connectionLost(faults[0]) ?? faults[0];
  if (error !== undefined) throw new ToolError(error.message, error);
  const [first = { rows: [], affected_rows: 0 }] = answered.parse(data?.result);
  return { rows: first.rows, affectedRows: first.affected_rows };
}

type Send = (text: string, values?: unknown[]) => Promise<DatabaseResult>;

/** As it is with node-postgres: the transaction ends with the work, or the connection does. */
export async function inTransaction<T>(pool: Pool, signal: AbortSignal, work: (client: PoolClient) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const client = await pool.connect();
  const cancel = (): void => void pool.query("SELECT pg_cancel_backend($1)", [processId(client)]).catch(() => undefined);
  signal.addEventListener("abort", cancel);
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    client.release();
    return result;
  } catch (error) {
    // A connection whose transaction may still be open must not go back.
    client.release(
      await client
        .query("ROLLBACK")
        .then(() => false)
        .catch(() => true),
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function processId(client: PoolClient): number {
  const { processID } = client as { readonly processID?: unknown };
  return typeof processID === "number" ? processID : 0;
}

/** Errors of the network have codes such as ECONNREFUSED, and no SQLSTATE. */
export function connectionLost(error: unknown): ToolError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  const network = typeof code === "string" && /^E[A-Z]+$/.test(code);
  if (!network && !/terminated|timeout exceeded when trying to connect|connection error/i.test(error.message)) return undefined;
  return new ToolError("the database cannot be reached", { type: "Connection", cause: error });
}
