import { expect, test } from "vitest";
import { type Environment, startCommand } from "../support/built-command.ts";
import { type Answer, cloneOf, type ExampleClone, commandsInReadme } from "../support/example-clone.ts";

const CONFIG = ["--config", "examples/order-processing/tutti.yaml"];
const REQUEST = ["request", "examples/order-processing/order.json", ...CONFIG];
const RUN = ["run", "examples/order-processing/process-order.yaml", ...CONFIG];
const AUDIT = ["audit", "list", ...CONFIG];
const ORDER = ["-p", "order_id=ord-1", "-p", "customer_id=cust-789", "-p", `'items=[{"sku":"ITEM001","quantity":2}]'`];
const RESUME = ["executions", "resume", ...CONFIG];

test("an order is charged, fulfilled and told of, and the same request once more does nothing more", async () => {
  using shop = cloneOfShop();
  const first = await shop.request(REQUEST);
  expect(first.data).toMatchObject({
    status: "completed",
    results: {
      charge: { payment_id: "pay-1", amount: { amount_minor: 25_800, currency: "EUR" } },
      fulfillment: { fulfillment_id: "ful-1" },
      notification: { sent_to: "ada@example.com" },
    },
  });
  expect((await shop.request(REQUEST)).data).toEqual(first.data);
  expect(shop.books()).toEqual({ shop: 25_800, orders: ["ord-123456 paid", "ord-123456 fulfilled"], stock: 38, messages: 1 });

  const audit = await shop.run([...AUDIT, "--json"]);
  const { entries } = JSON.parse(audit.stdout) as { readonly entries: readonly { readonly tool?: string; readonly outcome?: string }[] };
  const called = entries.filter(({ outcome }) => outcome === "succeeded").map(({ tool }) => tool);
  expect(new Set(called)).toEqual(
    new Set(["inventory_check", "customer_check", "payment_method", "process_payment", "fulfill_order", "send_notification"]),
  );
});

test("an order that nobody should accept is told all reasons, and nothing is changed", async () => {
  using shop = cloneOfShop();
  const answer = await shop.order({
    customer_id: "cust-791",
    items: [{ sku: "ITEM004", quantity: 1 }],
    total_amount: { amount_minor: 1, currency: "EUR" },
  });
  expect(answer.data).toEqual({
    status: "validation_failed",
    results: { failed_validations: ["inventory_check", "customer_check", "payment_method"] },
  });
  expect(answer.error).toMatchObject({ type: "Validation", message: "Validation failed" });
  const wrongPrice = await shop.order({ total_amount: { amount_minor: 100, currency: "EUR" } });
  expect(wrongPrice.data.results).toEqual({ failed_validations: ["inventory_check"] });
  expect(shop.books()).toMatchObject({ shop: 0, orders: [] });
});

test("an order of which the customer cannot be told stays fulfilled", async () => {
  using shop = cloneOfShop();
  const answer = await shop.order({}, { FAIL_TOOL: "send_notification" });
  expect(answer.data).toEqual({
    status: "partial_success",
    results: { completed: ["payment_charged", "order_fulfilled"], failed: "notification" },
  });
  expect(answer.error).toMatchObject({ type: "External", message: "Step failed: notification" });
  expect(shop.books()).toMatchObject({ shop: 25_800, stock: 38, messages: 0 });
});

test("an order that cannot be fulfilled is refunded, and what cannot be refunded is told", async () => {
  using shop = cloneOfShop();
  const refunded = await shop.order({}, { FAIL_TOOL: "fulfill_order" });
  expect(refunded.data).toEqual({
    status: "failed_with_rollback",
    results: { completed: ["payment_charged"], failed: "fulfillment", rollback: ["payment_refunded"] },
  });
  expect(refunded.error).toMatchObject({ type: "External", message: "Fulfillment service unavailable" });
  expect(refunded.meta.correlation_context.rollback_actions).toEqual(["refund_payment"]);
  expect(shop.books()).toEqual({ shop: 0, orders: ["ord-1 refunded", "ord-1 cancelled"], stock: 40, messages: 0 });

  const declined = await shop.order({ order_id: "ord-2", customer_id: "cust-790" });
  expect(declined).toMatchObject({ data: { status: "failed", results: { error: "the card of cust-790 was declined" } } });
});

test("an order that may be done in part is refunded too, and a retry sends nothing that is not paid", async () => {
  using shop = cloneOfShop();
  const answer = await shop.order({}, { FAIL_TOOL: "fulfill_order" }, { extensions: { error_policy: "allow_partial" } });
  expect(answer.data).toEqual({
    status: "partial_success",
    results: { completed: ["payment_charged", "payment_refunded"], failed: "fulfillment" },
  });
  const id = answer.meta.correlation_context.execution_id;
  await shop.run(["executions", "retry", id, ...CONFIG]);
  expect(shop.books()).toMatchObject({ shop: 0, orders: ["ord-1 refunded", "ord-1 cancelled"], stock: 40 });
  const again = await shop.run(["executions", "retry", id, "--from", "charge_payment", ...CONFIG]);
  expect(again).toMatchObject({ exitCode: 0 });
  expect(shop.books()).toMatchObject({ shop: 25_800, stock: 38, messages: 1 });
});

test("an order that is killed between payment and goods is charged once", async () => {
  using shop = cloneOfShop();
  {
    await using run = startCommand([...RUN, ...ORDER.map((part) => part.replaceAll("'", ""))], shop.path, {
      SLOW_TOOL: "fulfill_order=20s",
    });
    await run.printed(/charge_payment: completed[^]*fulfill_order/);
    run.process.kill("SIGKILL");
    expect((await run.finished).signal).toBe("SIGKILL");
  }
  expect(shop.books()).toMatchObject({ shop: 25_800, stock: 40 });
  const resumed = await shop.run([...RESUME, "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject([{ outcome: "completed" }]);
  expect(shop.books()).toEqual({ shop: 25_800, orders: ["ord-1 paid", "ord-1 fulfilled"], stock: 38, messages: 1 });
});

test("the README of order-processing shows the commands that are tested here", () => {
  expect(commandsInReadme("order-processing")).toEqual([REQUEST, [...RUN, ...ORDER], AUDIT, RESUME].map((command) => command.join(" ")));
});

/** What is in the files of the shop. */
interface Books {
  readonly shop: number;
  readonly orders: readonly string[];
  /** Of coffee mills. */
  readonly stock: number;
  readonly messages: number;
}

interface ShopClone extends ExampleClone {
  /** Requests `ord-1`, two coffee mills for a good customer, but for what is given. */
  order(parameters: object, environment?: Environment, meta?: object): Promise<Answer>;
  books(): Books;
}

function cloneOfShop(): ShopClone {
  const clone = cloneOf("order-processing");
  const select = (file: string, query: string): readonly string[] => clone.select(file, query);
  return {
    ...clone,
    async order(parameters, environment, meta) {
      const order = { order_id: "ord-1", customer_id: "cust-789", items: [{ sku: "ITEM001", quantity: 2 }] };
      return await clone.ask("process_order", { ...order, ...parameters }, environment, meta);
    },
    books: () => ({
      shop: Number(select("payments", "SELECT balance_minor FROM accounts WHERE tenant = 'acme' AND owner = 'shop'")[0]),
      orders: [
        ...select("payments", "SELECT order_id, status FROM payments WHERE status <> 'closed'"),
        ...select("warehouse", "SELECT order_id, status FROM fulfillments"),
      ],
      stock: Number(select("warehouse", "SELECT stock FROM products WHERE tenant = 'acme' AND sku = 'ITEM001'")[0]),
      messages: Number(select("notifications", "SELECT count(*) FROM messages")[0]),
    }),
    [Symbol.dispose]: () => clone[Symbol.dispose](),
  };
}
