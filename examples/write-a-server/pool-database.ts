import type { Database, DatabaseResult } from "tutti/server";

/** What is used of a pool of node-postgres. */
interface Pool {
  connect(): Promise<Client>;
}

interface Client {
  query(text: string, values?: unknown[]): Promise<DatabaseResult>;
  release(broken?: Error): void;
}

/** A pool of node-postgres as the database tools want it: connect it as a role that owns no table and bypasses no policy. */
export function poolDatabase(pool: Pool): Database {
  return {
    async transaction(work) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const result = await work(client);
        await client.query("COMMIT");
        client.release();
        return result;
      } catch (error) {
        // A connection whose transaction may still be open must not go back.
        client.release(error instanceof Error ? error : new Error(String(error)));
        throw error;
      }
    },
  };
}
