import * as z from "zod";
import { defineTool, money, Refusal, type Service, type ToolScope } from "../../sqlite-service/service.ts";
import { paymentStore, SHOP } from "./payment-store.ts";

const checkout = { checkout_id: z.string().min(1), order_id: z.string().min(1) };
const customer_id = z.string().min(1);

const paymentMethod = defineTool({
  name: "payment_method",
  description: "Whether this customer has a card that can be charged. How much is on it shows when it is.",
  effect: "reads",
  input: z.object({ customer_id }),
  output: z.object({ valid: z.boolean(), reason: z.string().optional() }),
  run({ database, tenant }, { customer_id: owner }) {
    const row = database.prepare("SELECT card FROM accounts WHERE tenant = ? AND owner = ?").get(tenant, owner);
    if (row === undefined) return { valid: false, reason: `customer ${owner} has no card` };
    return row["card"] === "valid" ? { valid: true } : { valid: false, reason: `the card of customer ${owner} is ${String(row["card"])}` };
  },
});

const processPayment = defineTool({
  name: "process_payment",
  description: "Moves the price of an order from the customer to the shop: once for an order, whoever asks how often.",
  effect: "changes",
  input: z.object({ ...checkout, customer_id, amount: money }),
  output: z.object({ payment_id: z.string(), checkout_id: z.string(), amount: money }),
  run(scope, { checkout_id, order_id, customer_id: owner, amount }) {
    const { database, tenant } = scope;
    const before = paymentOf(scope, checkout_id);
    if (before !== undefined) throw new Refusal(`checkout ${checkout_id} is already ${before.status}`);
    const other = "SELECT 1 FROM payments WHERE tenant = ? AND order_id = ? AND status = 'paid'";
    if (database.prepare(other).get(tenant, order_id) !== undefined) throw new Refusal(`order ${order_id} is already paid`);
    move(scope, { from: owner, to: SHOP, ...amount });
    const { lastInsertRowid } = database
      .prepare(
        `INSERT INTO payments (tenant, checkout_id, order_id, customer_id, amount_minor, currency, status)
         VALUES (?, ?, ?, ?, ?, ?, 'paid')`,
      )
      .run(tenant, checkout_id, order_id, owner, amount.amount_minor, amount.currency);
    return { payment_id: `pay-${lastInsertRowid}`, checkout_id, amount };
  },
});

const findPayment = defineTool({
  name: "find_payment",
  description: "Whether a checkout is paid.",
  effect: "reads",
  input: z.object({ checkout_id: checkout.checkout_id }),
  output: z.object({ found: z.boolean(), payment_id: z.string().optional(), checkout_id: z.string(), amount: money.optional() }),
  run(scope, { checkout_id }) {
    const payment = paymentOf(scope, checkout_id);
    if (payment?.status !== "paid") return { found: false, checkout_id };
    const amount = { amount_minor: payment.amountMinor, currency: payment.currency };
    return { found: true, payment_id: `pay-${payment.number}`, checkout_id, amount };
  },
});

const refundPayment = defineTool({
  name: "refund_payment",
  description: "Gives back what was paid for a checkout, and closes it: a payment that comes late for it is refused.",
  effect: "repeatable",
  input: z.object(checkout),
  output: z.object({ refunded: z.boolean() }),
  run(scope, { checkout_id, order_id }) {
    const { database, tenant } = scope;
    const payment = paymentOf(scope, checkout_id);
    if (payment === undefined) {
      database
        .prepare("INSERT INTO payments (tenant, checkout_id, order_id, amount_minor, status) VALUES (?, ?, ?, 0, 'closed')")
        .run(tenant, checkout_id, order_id);
    }
    if (payment?.status !== "paid") return { refunded: false };
    move(scope, { from: SHOP, to: payment.customerId, amount_minor: payment.amountMinor, currency: payment.currency });
    database.prepare("UPDATE payments SET status = 'refunded' WHERE tenant = ? AND checkout_id = ?").run(tenant, checkout_id);
    return { refunded: true };
  },
});

/** Moves money. */
export const paymentService: Service = {
  title: "Payment service",
  store: paymentStore,
  tools: [paymentMethod, processPayment, findPayment, refundPayment],
};

interface Payment {
  readonly number: number;
  readonly status: string;
  readonly customerId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

function paymentOf({ database, tenant }: ToolScope, checkoutId: string): Payment | undefined {
  const row = database
    .prepare("SELECT number, status, customer_id, amount_minor, currency FROM payments WHERE tenant = ? AND checkout_id = ?")
    .get(tenant, checkoutId);
  return (
    row && {
      number: Number(row["number"]),
      status: String(row["status"]),
      customerId: String(row["customer_id"]),
      amountMinor: Number(row["amount_minor"]),
      currency: String(row["currency"]),
    }
  );
}

function move(
  { database, tenant }: ToolScope,
  transfer: { readonly from: string; readonly to: string; readonly amount_minor: number; readonly currency: string },
): void {
  const { from, to, amount_minor: amount, currency } = transfer;
  const take =
    "UPDATE accounts SET balance_minor = balance_minor - ?4 WHERE tenant = ?1 AND owner = ?2 AND currency = ?3 AND balance_minor >= ?4";
  const give = "UPDATE accounts SET balance_minor = balance_minor + ?4 WHERE tenant = ?1 AND owner = ?2 AND currency = ?3";
  if (database.prepare(take).run(tenant, from, currency, amount).changes === 0) throw new Refusal(`the card of ${from} was declined`);
  if (database.prepare(give).run(tenant, to, currency, amount).changes === 0) throw new Refusal(`${to} has no account in ${currency}`);
}
