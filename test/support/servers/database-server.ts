/**
 * The database tools on a real database: three tenants, and policies of row security that say the same as the tools.
 */
import { PGlite } from "@electric-sql/pglite";
import { createDatabaseTools, type Database, type DatabaseInjectorConfig, serveEnvelopeTools } from "../../../src/server.ts";

const SCHEMA = `
  CREATE TABLE orders (tenant_id text NOT NULL, id int NOT NULL, item text NOT NULL, cents bigint NOT NULL CHECK (cents > 0), paid_at timestamptz, PRIMARY KEY (tenant_id, id));
  CREATE TABLE mails (id int PRIMARY KEY, tenant_id text NOT NULL, address text NOT NULL UNIQUE);
  CREATE TABLE products (item text PRIMARY KEY, price numeric NOT NULL);
  -- Named as one that all share below, which is a mistake: only the policy keeps its rows apart.
  CREATE TABLE notes (tenant_id text NOT NULL, text text NOT NULL);
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
  ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON orders USING (tenant_id = current_setting('app.tenant_id', true));
  CREATE POLICY own ON notes USING (tenant_id = current_setting('app.tenant_id', true));
  INSERT INTO products VALUES ('pen', 1.50), ('ink', 12.00);
  INSERT INTO orders SELECT tenant, n, 'pen', 100 * n + 9007199254740000, '2026-01-01T00:00:00Z' FROM unnest(ARRAY['acme', 'globex', 'initech']) AS tenant, generate_series(1, 10) AS n;
  INSERT INTO mails VALUES (1, 'acme', 'ada@acme.example'), (2, 'globex', 'secret@globex.example');
  INSERT INTO notes VALUES ('acme', 'ours'), ('globex', 'theirs');
  CREATE ROLE shop;
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop;
  SET ROLE shop;
`;

const config: DatabaseInjectorConfig = {
  kind: "database",
  tables: {
    orders: { kind: "tenant", columns: ["tenant_id", "id", "item", "cents", "paid_at"] },
    mails: { kind: "tenant", columns: ["id", "tenant_id", "address"] },
    products: { kind: "shared", columns: ["item", "price"] },
    notes: { kind: "shared", columns: ["tenant_id", "text"] },
  },
};

// It takes seconds to start, and the server answers meanwhile.
const starting = (async () => {
  const database = await PGlite.create();
  await database.exec(SCHEMA);
  return database;
})();

const database: Database = { transaction: async (work) => await (await starting).transaction(work) };
await using server = await serveEnvelopeTools({
  name: "database",
  version: "1.0.0",
  tools: createDatabaseTools({ database, config, rowsMax: 50 }),
});
await server.closed;
await (await starting).close();
