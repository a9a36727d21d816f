import * as z from "zod";
import { defineTool, Refusal, type Service, type ToolScope } from "../../sqlite-service/service.ts";
import { orderItems, quantities } from "./order-items.ts";
import { warehouse } from "./warehouse.ts";

const checkout = { checkout_id: z.string().min(1), order_id: z.string().min(1) };

const fulfillOrder = defineTool({
  name: "fulfill_order",
  description: "Takes the items of an order from the shelves and sends them. All of them, or none.",
  effect: "changes",
  input: z.object({ ...checkout, items: orderItems }),
  output: z.object({ fulfillment_id: z.string() }),
  run(scope, { checkout_id, order_id, items }) {
    const { database, tenant } = scope;
    const before = fulfillmentOf(scope, checkout_id);
    if (before !== undefined) throw new Refusal(`checkout ${checkout_id} is already ${before.status}`);
    const other = "SELECT 1 FROM fulfillments WHERE tenant = ? AND order_id = ? AND status = 'fulfilled'";
    if (database.prepare(other).get(tenant, order_id) !== undefined) throw new Refusal(`order ${order_id} is already fulfilled`);
    const number = record(scope, { checkout_id, order_id, status: "fulfilled" });
    const take = database.prepare("UPDATE products SET stock = stock - ?3 WHERE tenant = ?1 AND sku = ?2 AND stock >= ?3");
    const line = database.prepare("INSERT INTO fulfillment_lines (number, tenant, sku, quantity) VALUES (?, ?, ?, ?)");
    for (const [sku, quantity] of quantities(items)) {
      if (take.run(tenant, sku, quantity).changes === 0) throw new Refusal(`there are not ${quantity} of ${sku} left`);
      line.run(number, tenant, sku, quantity);
    }
    return { fulfillment_id: `ful-${number}` };
  },
});

const findFulfillment = defineTool({
  name: "find_fulfillment",
  description: "Whether a checkout was fulfilled.",
  effect: "reads",
  input: z.object({ checkout_id: checkout.checkout_id }),
  output: z.object({ found: z.boolean(), fulfillment_id: z.string().optional() }),
  run(scope, { checkout_id }) {
    const row = fulfillmentOf(scope, checkout_id);
    return row?.status === "fulfilled" ? { found: true, fulfillment_id: `ful-${row.number}` } : { found: false };
  },
});

const cancelFulfillment = defineTool({
  name: "cancel_fulfillment",
  description: "Puts back what left the shelves for a checkout, and closes it: whatever comes late for it is refused.",
  effect: "repeatable",
  input: z.object(checkout),
  output: z.object({ cancelled: z.boolean() }),
  run(scope, { checkout_id, order_id }) {
    const { database, tenant } = scope;
    const row = fulfillmentOf(scope, checkout_id);
    if (row === undefined) record(scope, { checkout_id, order_id, status: "cancelled" });
    if (row?.status !== "fulfilled") return { cancelled: false };
    database
      .prepare(
        `UPDATE products SET stock = stock + line.quantity FROM fulfillment_lines AS line
         WHERE line.number = ?1 AND line.tenant = ?2 AND products.tenant = ?2 AND products.sku = line.sku`,
      )
      .run(row.number, tenant);
    database.prepare("UPDATE fulfillments SET status = 'cancelled' WHERE tenant = ? AND checkout_id = ?").run(tenant, checkout_id);
    return { cancelled: true };
  },
});

/** Sends what was bought. */
export const fulfillmentService: Service = {
  title: "Fulfillment service",
  store: warehouse,
  tools: [fulfillOrder, findFulfillment, cancelFulfillment],
};

interface FulfillmentRow {
  readonly number: number;
  readonly status: string;
}

function fulfillmentOf({ database, tenant }: ToolScope, checkoutId: string): FulfillmentRow | undefined {
  const row = database.prepare("SELECT number, status FROM fulfillments WHERE tenant = ? AND checkout_id = ?").get(tenant, checkoutId);
  return row && { number: Number(row["number"]), status: String(row["status"]) };
}

function record(
  { database, tenant }: ToolScope,
  row: { readonly checkout_id: string; readonly order_id: string; readonly status: "fulfilled" | "cancelled" },
): number {
  const insert = database.prepare("INSERT INTO fulfillments (tenant, checkout_id, order_id, status) VALUES (?, ?, ?, ?)");
  return Number(insert.run(tenant, row.checkout_id, row.order_id, row.status).lastInsertRowid);
}
