import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { services as migration } from "../../examples/data-migration/servers/services.ts";
import { services as shop } from "../../examples/order-processing/servers/services.ts";
import { callService, type ServiceCall } from "../../examples/sqlite-service/call-service.ts";
import { openStore } from "../../examples/sqlite-service/open-store.ts";
import type { JsonObject, Service } from "../../examples/sqlite-service/service.ts";
import { services as onboarding } from "../../examples/user-onboarding/servers/services.ts";
import { present } from "../../src/base/assert.ts";
import type { StepContext } from "../../src/envelope/meta.ts";
import { inRepository } from "../support/built-command.ts";
import { live } from "../support/lives.ts";
import { planOf } from "../support/plan-of.ts";
import { serviceCatalog } from "../support/service-catalog.ts";
import { ORDER } from "../fault/shop-books.ts";
import { ServiceWorld } from "../fault/service-world.ts";

type Call = Pick<ServiceCall, "tool" | "arguments"> & Partial<ServiceCall>;

/** A service on an empty store, and how it is called for the tenant `acme`. */
function opened(service: Service | undefined): { readonly call: (call: Call) => JsonObject } & Disposable {
  const known = present(service, "there is such a service");
  const database = openStore(known.store, undefined);
  return {
    call: (call) => callService(known, database, { tenant: "acme", now: new Date(0), ...call }),
    [Symbol.dispose]: () => database.close(),
  };
}

const AMOUNT = { amount_minor: 100, currency: "EUR" };
const PAYMENT = {
  tool: "process_payment",
  arguments: { checkout_id: "c-1", order_id: "o-1", customer_id: "cust-789", amount: AMOUNT },
  key: "k-1",
};

test("a call with a known key is answered as the first one was, and one with other arguments is refused", () => {
  using payments = opened(shop["payment_service"]);
  const first = payments.call(PAYMENT);
  expect(payments.call(PAYMENT)).toEqual(first);
  const other = { ...PAYMENT, arguments: { ...PAYMENT.arguments, amount: { ...AMOUNT, amount_minor: 1 } } };
  expect(() => payments.call(other)).toThrow('the idempotency key "k-1" belongs to another call');
  expect(() => payments.call({ ...PAYMENT, key: "k-2" })).toThrow("checkout c-1 is already paid");
  const again = { ...PAYMENT, arguments: { ...PAYMENT.arguments, checkout_id: "c-2" }, key: "k-3" };
  expect(() => payments.call(again)).toThrow("order o-1 is already paid");
});

test("a payment that comes after its checkout was closed is refused, with its own key and with another", () => {
  using payments = opened(shop["payment_service"]);
  const checkout = { checkout_id: "c-1", order_id: "o-1" };
  expect(payments.call({ tool: "refund_payment", arguments: checkout })).toEqual({ refunded: false });
  expect(() => payments.call(PAYMENT)).toThrow("checkout c-1 is already closed");
  expect(payments.call({ tool: "find_payment", arguments: { checkout_id: "c-1" } })).toMatchObject({ found: false });
});

test("no tenant sees or changes what another one has, not even with its key", () => {
  using payments = opened(shop["payment_service"]);
  payments.call(PAYMENT);
  const find = { tool: "find_payment", arguments: { checkout_id: "c-1" } };
  expect(payments.call({ ...find, tenant: "globex" })).toMatchObject({ found: false });
  expect(payments.call({ ...PAYMENT, tenant: "globex" })).toMatchObject({ payment_id: "pay-2" });
  payments.call({ tool: "refund_payment", arguments: { checkout_id: "c-1", order_id: "o-1" }, tenant: "globex" });
  expect(payments.call(find)).toMatchObject({ found: true });
  expect(() => payments.call({ ...PAYMENT, tenant: "nobody" })).toThrow("the card of cust-789 was declined");
});

test("a refused call has changed nothing, and its key may be used again", () => {
  using warehouse = opened(shop["fulfillment_service"]);
  const fulfill = (sku: string): JsonObject => ({
    checkout_id: "c-1",
    order_id: "o-1",
    items: [
      { sku: "ITEM001", quantity: 2 },
      { sku, quantity: 1 },
    ],
  });
  expect(() => warehouse.call({ tool: "fulfill_order", arguments: fulfill("ITEM004"), key: "k-1" })).toThrow(
    "there are not 1 of ITEM004 left",
  );
  expect(warehouse.call({ tool: "fulfill_order", arguments: fulfill("ITEM002"), key: "k-1" })).toEqual({ fulfillment_id: "ful-1" });
});

test("every tool refuses arguments that are not of its schema, and tools that are not there", () => {
  for (const services of [shop, onboarding, migration]) {
    for (const service of Object.values(services)) {
      using one = opened(service);
      for (const { name } of service.tools)
        expect(() => one.call({ tool: name, arguments: { nonsense: true } }), `${name} refuses`).toThrow(/Invalid input/);
      expect(() => one.call({ tool: "no_such_tool", arguments: {} })).toThrow('there is no tool "no_such_tool"');
    }
  }
});

test("the calls of an order say which of its four stages they belong to", async () => {
  const stages = new Map<string, StepContext | undefined>();
  using world = new ServiceWorld(shop, {
    fault: ({ stepContext, call }) => {
      stages.set(call.step, stepContext);
      return "none";
    },
    delayCalls: () => 1,
  });
  const text = readFileSync(inRepository("examples/order-processing/process-order.yaml"), "utf8");
  await live({ plan: planOf(text, serviceCatalog(shop)), inputs: { ...ORDER, customer_id: "cust-789", total_amount: null }, world });
  const stage = (stepName: string, stepIndex: number): [string, StepContext] => [stepName, { stepName, stepIndex, totalSteps: 4 }];
  expect([...stages]).toEqual([
    stage("validate_inventory", 1),
    stage("validate_customer", 1),
    stage("validate_payment", 1),
    stage("charge_payment", 2),
    stage("fulfill_order", 3),
    stage("notify_customer", 4),
  ]);
});
