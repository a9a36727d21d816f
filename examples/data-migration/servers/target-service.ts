import * as z from "zod";
import { defineTool, Refusal, type Service } from "../../sqlite-service/service.ts";
import { customers } from "./records.ts";

const migration = z.string().min(1);
const batch = z.int().min(0);

const loadBatch = defineTool({
  name: "load_batch",
  description: "Adds a batch of customers: all of them, or none. A customer who is there already is an error.",
  effect: "changes",
  input: z.object({ migration, batch, customers }),
  output: z.object({ loaded: z.int() }),
  run({ database, tenant }, { migration: id, batch: number, customers: given }) {
    const state = database.prepare("SELECT state FROM migrations WHERE tenant = ? AND id = ?").get(tenant, id)?.["state"] ?? "open";
    if (state !== "open") throw new Refusal(`migration ${id} is ${String(state)}`);
    const insert = database.prepare(
      `INSERT INTO customers (tenant, id, name, phone, street, postcode, city, migration, batch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    for (const { id: customer, name, phone, street, postcode, city } of given) {
      const { changes } = insert.run(tenant, customer, name, phone, street, postcode, city, id, number);
      if (changes === 0) throw new Refusal(`customer ${customer} is there already`);
    }
    return { loaded: given.length };
  },
});

const findBatch = defineTool({
  name: "find_batch",
  description: "How many customers of a batch are there.",
  effect: "reads",
  input: z.object({ migration, batch }),
  output: z.object({ found: z.boolean(), loaded: z.int() }),
  run({ database, tenant }, { migration: id, batch: number }) {
    const sql = "SELECT count(*) AS loaded FROM customers WHERE tenant = ? AND migration = ? AND batch = ?";
    const loaded = Number(database.prepare(sql).get(tenant, id, number)?.["loaded"]);
    return { found: loaded > 0, loaded };
  },
});

const unloadBatch = defineTool({
  name: "unload_batch",
  description: "Takes a batch out again.",
  effect: "repeatable",
  input: z.object({ migration, batch }),
  output: z.object({ unloaded: z.int() }),
  run({ database, tenant }, { migration: id, batch: number }) {
    const { changes } = database.prepare("DELETE FROM customers WHERE tenant = ? AND migration = ? AND batch = ?").run(tenant, id, number);
    return { unloaded: Number(changes) };
  },
});

const finishMigration = defineTool({
  name: "finish_migration",
  description: "Ends a migration, if as many customers are there as there must be. Nothing is added to it after that.",
  effect: "changes",
  input: z.object({ migration, records: z.int().min(0) }),
  output: z.object({ records: z.int() }),
  run({ database, tenant }, { migration: id, records }) {
    const sql = "SELECT count(*) AS records FROM customers WHERE tenant = ? AND migration = ?";
    const there = Number(database.prepare(sql).get(tenant, id)?.["records"]);
    if (there !== records) throw new Refusal(`${there} of ${records} customers are there`);
    setState({ tenant, id, state: "finished" }, database);
    return { records };
  },
});

const abandonMigration = defineTool({
  name: "abandon_migration",
  description: "Takes out whatever a migration has added. Nothing is added to it any more, however late it comes.",
  effect: "repeatable",
  input: z.object({ migration }),
  output: z.object({ unloaded: z.int() }),
  run({ database, tenant }, { migration: id }) {
    const { changes } = database.prepare("DELETE FROM customers WHERE tenant = ? AND migration = ?").run(tenant, id);
    setState({ tenant, id, state: "abandoned" }, database);
    return { unloaded: Number(changes) };
  },
});

/** The new system. */
export const targetService: Service = {
  title: "Target system",
  store: {
    name: "target",
    schema: `
CREATE TABLE migrations (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('finished', 'abandoned')),
  PRIMARY KEY (tenant, id)
) STRICT;

CREATE TABLE customers (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  phone TEXT,
  street TEXT NOT NULL,
  postcode TEXT NOT NULL,
  city TEXT NOT NULL,
  migration TEXT NOT NULL,
  batch INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX of_batch ON customers (tenant, migration, batch);`,
    seed: () => undefined,
  },
  tools: [loadBatch, findBatch, unloadBatch, finishMigration, abandonMigration],
};

function setState(
  { tenant, id, state }: { readonly tenant: string; readonly id: string; readonly state: "finished" | "abandoned" },
  database: Parameters<typeof loadBatch.run>[0]["database"],
): void {
  database
    .prepare("INSERT INTO migrations (tenant, id, state) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state")
    .run(tenant, id, state);
}
