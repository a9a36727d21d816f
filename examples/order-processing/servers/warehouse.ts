import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../../sqlite-service/service.ts";

/**
 * What the shop has, what it costs, and what has left the shelves. The inventory service and the fulfillment service
 * both work on it: whoever takes something from a shelf must see what the others have taken.
 */
export const warehouse: Store = {
  name: "warehouse",
  schema: `
CREATE TABLE products (
  tenant TEXT NOT NULL,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  price_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  stock INTEGER NOT NULL CHECK (stock >= 0),
  PRIMARY KEY (tenant, sku)
) STRICT;

-- A checkout is one attempt to buy an order. Once it is cancelled, nothing leaves the warehouse for it any more.
CREATE TABLE fulfillments (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  checkout_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('fulfilled', 'cancelled')),
  UNIQUE (tenant, checkout_id)
) STRICT;
CREATE UNIQUE INDEX fulfilled_once ON fulfillments (tenant, order_id) WHERE status = 'fulfilled';

CREATE TABLE fulfillment_lines (
  number INTEGER NOT NULL REFERENCES fulfillments,
  tenant TEXT NOT NULL,
  sku TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (number, sku)
) STRICT;`,
  seed: seedWarehouse,
};

const PRODUCTS = [
  { sku: "ITEM001", name: "Coffee mill", priceMinor: 12_900, stock: 40 },
  { sku: "ITEM002", name: "Coffee beans, 1 kg", priceMinor: 2_450, stock: 500 },
  { sku: "ITEM003", name: "Espresso machine", priceMinor: 89_900, stock: 3 },
  { sku: "ITEM004", name: "Milk jug", priceMinor: 1_999, stock: 0 },
];

function seedWarehouse(database: DatabaseSync): void {
  const insert = database.prepare("INSERT INTO products (tenant, sku, name, price_minor, currency, stock) VALUES (?, ?, ?, ?, 'EUR', ?)");
  for (const tenant of ["acme", "globex"])
    for (const { sku, name, priceMinor, stock } of PRODUCTS) insert.run(tenant, sku, name, priceMinor, stock);
}
