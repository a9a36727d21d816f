import { DatabaseSync } from "node:sqlite";
import { defineEnvelopeTool, type IdempotencyStore, type Json, rememberAnswer, serveEnvelopeTools, ToolError } from "tutti/server";
import { z } from "zod";

using database = new DatabaseSync(process.env["PAYMENTS_FILE"] ?? ":memory:", { timeout: 10_000 });
database.exec(`
  CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS charges (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, cents INTEGER NOT NULL) STRICT;
`);
const found = database.prepare("SELECT answer FROM answers WHERE key = ?");
const kept = database.prepare("INSERT INTO answers VALUES (?, ?)");
const charged = database.prepare("INSERT INTO charges (tenant, cents) VALUES (?, ?)");

const answers: IdempotencyStore = {
  find(key) {
    const row = found.get(key);
    return row === undefined ? undefined : (JSON.parse(String(row["answer"])) as Json);
  },
  keep: (key, answer) => void kept.run(key, JSON.stringify(answer)),
};

const charge = defineEnvelopeTool({
  name: "charge",
  description: "Takes money, once for every call however often it is repeated",
  inputSchema: z.object({ cents: z.int().min(1) }),
  outputSchema: z.object({ charge_id: z.number() }),
  annotations: { idempotentHint: true },
  requiresTenant: true,
  execute({ meta, data }, { idempotencyKey }) {
    if (idempotencyKey === undefined) throw new ToolError("a charge needs an idempotency key", { type: "Validation" });
    return inTransaction(() =>
      rememberAnswer(answers, idempotencyKey, () => {
        const { lastInsertRowid } = charged.run(meta.tenant ?? "", data.parameters.cents);
        return { charge_id: Number(lastInsertRowid) };
      }),
    );
  },
});

function inTransaction<T>(work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

await using server = await serveEnvelopeTools({ name: "payments", version: "1.0.0", tools: [charge] });
await server.closed;
