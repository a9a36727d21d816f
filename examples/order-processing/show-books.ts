/** Prints what the services have in their files: `node show-books.ts`. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const BOOKS: readonly (readonly [file: string, query: string])[] = [
  ["payments", "SELECT tenant, owner, balance_minor, currency FROM accounts WHERE tenant = 'acme'"],
  ["payments", "SELECT order_id, status, amount_minor, currency FROM payments WHERE tenant = 'acme'"],
  ["warehouse", "SELECT sku, name, price_minor, stock FROM products WHERE tenant = 'acme'"],
  ["warehouse", "SELECT order_id, status FROM fulfillments WHERE tenant = 'acme'"],
  ["notifications", "SELECT recipient, subject FROM messages WHERE tenant = 'acme'"],
];

const directory = process.env["STATE_DIR"] ?? join(import.meta.dirname, "out");
for (const [file, query] of BOOKS) {
  using database = new DatabaseSync(join(directory, `${file}.db`), { readOnly: true });
  console.table(database.prepare(query).all());
}
