import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";

const CUSTOMERS = [
  { id: "cust-789", name: "Ada Becker", email: "ada@example.com", status: "active" },
  { id: "cust-790", name: "Ben Okafor", email: "ben@example.com", status: "active" },
  { id: "cust-791", name: "Carla Diaz", email: "carla@example.com", status: "blocked" },
];

const customerCheck = defineTool({
  name: "customer_check",
  description: "Whether this customer may order, and how to write to them.",
  effect: "reads",
  input: z.object({ customer_id: z.string().min(1) }),
  output: z.object({ valid: z.boolean(), reason: z.string().optional(), name: z.string().optional(), email: z.string().optional() }),
  run({ database, tenant }, { customer_id }) {
    const row = database.prepare("SELECT name, email, status FROM customers WHERE tenant = ? AND customer_id = ?").get(tenant, customer_id);
    if (row === undefined) return { valid: false, reason: `there is no customer "${customer_id}"` };
    if (row["status"] !== "active") return { valid: false, reason: `customer ${customer_id} is ${String(row["status"])}` };
    return { valid: true, name: String(row["name"]), email: String(row["email"]) };
  },
});

/** Knows who may order. */
export const customerService: Service = {
  title: "Customer service",
  store: {
    name: "customers",
    schema: `
CREATE TABLE customers (
  tenant TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'blocked')),
  PRIMARY KEY (tenant, customer_id)
) STRICT;`,
    seed(database) {
      const insert = database.prepare("INSERT INTO customers (tenant, customer_id, name, email, status) VALUES (?, ?, ?, ?, ?)");
      for (const tenant of ["acme", "globex"])
        for (const { id, name, email, status } of CUSTOMERS) insert.run(tenant, id, name, email, status);
    },
  },
  tools: [customerCheck],
};
