import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../../sqlite-service/service.ts";

/** Who has how much, and what was paid. Money only moves between accounts, so their sum stays what it was. */
export const paymentStore: Store = {
  name: "payments",
  schema: `
CREATE TABLE accounts (
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  currency TEXT NOT NULL,
  balance_minor INTEGER NOT NULL CHECK (balance_minor >= 0),
  card TEXT NOT NULL CHECK (card IN ('valid', 'expired')),
  PRIMARY KEY (tenant, owner)
) STRICT;

-- A checkout is one attempt to buy an order. Once it is closed, nothing is paid for it any more.
CREATE TABLE payments (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  checkout_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  customer_id TEXT,
  amount_minor INTEGER NOT NULL,
  currency TEXT,
  status TEXT NOT NULL CHECK (status IN ('paid', 'refunded', 'closed')),
  UNIQUE (tenant, checkout_id)
) STRICT;
CREATE UNIQUE INDEX paid_once ON payments (tenant, order_id) WHERE status = 'paid';`,
  seed: seedAccounts,
};

/** The owner of the account into which customers pay. */
export const SHOP = "shop";

const ACCOUNTS = [
  { owner: SHOP, balanceMinor: 0, card: "valid" },
  { owner: "cust-789", balanceMinor: 5_000_000, card: "valid" },
  { owner: "cust-790", balanceMinor: 5_000, card: "valid" },
  { owner: "cust-791", balanceMinor: 100_000, card: "expired" },
];

function seedAccounts(database: DatabaseSync): void {
  const insert = database.prepare("INSERT INTO accounts (tenant, owner, currency, balance_minor, card) VALUES (?, ?, 'EUR', ?, ?)");
  for (const tenant of ["acme", "globex"])
    for (const { owner, balanceMinor, card } of ACCOUNTS) insert.run(tenant, owner, balanceMinor, card);
}
