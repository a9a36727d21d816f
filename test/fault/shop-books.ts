import type { DatabaseSync } from "node:sqlite";
import type { StepReport } from "../../src/model/execution.ts";
import { TENANT } from "./service-world.ts";

/** What the files of the services say after everything has arrived. */
export interface Books {
  readonly paid: boolean;
  readonly fulfilled: boolean;
  readonly messages: number;
  /** Whatever cannot be, whichever way the execution ended: money made or lost, goods made or lost. */
  readonly impossible: readonly string[];
}

/** The order of these tests and what it must cost. */
export const ORDER = {
  order_id: "ord-1",
  items: [
    { sku: "ITEM001", quantity: 2 },
    { sku: "ITEM002", quantity: 1 },
  ],
};
export const PRICE_MINOR = 2 * 12_900 + 2_450;

const BEFORE = { money: 5_105_000, ITEM001: 40, ITEM002: 500, ITEM003: 3, ITEM004: 0 };

/** Reads the books of the shop, and checks what must be true of them after every end. */
export function readBooks(shop: { database(store: string): DatabaseSync }): Books {
  const payments = shop.database("payments");
  const warehouse = shop.database("warehouse");
  const paid = numberOf(payments, "SELECT count(*) FROM payments WHERE tenant = ? AND status = 'paid'");
  const fulfilled = numberOf(warehouse, "SELECT count(*) FROM fulfillments WHERE tenant = ? AND status = 'fulfilled'");
  const messages = numberOf(shop.database("notifications"), "SELECT count(*) FROM messages WHERE tenant = ?");
  const expected: readonly (readonly [string, number, number])[] = [
    ["all money", numberOf(payments, "SELECT sum(balance_minor) FROM accounts WHERE tenant = ?"), BEFORE.money],
    ["the shop's money", numberOf(payments, "SELECT balance_minor FROM accounts WHERE tenant = ? AND owner = 'shop'"), paid * PRICE_MINOR],
    ["stock of ITEM001", stock(warehouse, "ITEM001"), BEFORE.ITEM001 - 2 * fulfilled],
    ["stock of ITEM002", stock(warehouse, "ITEM002"), BEFORE.ITEM002 - fulfilled],
    ["stock of ITEM003", stock(warehouse, "ITEM003"), BEFORE.ITEM003],
    ["what another tenant has done", numberOf(payments, "SELECT count(*) FROM payments WHERE tenant <> ?"), 0],
    ["another tenant's money", numberOf(payments, "SELECT sum(balance_minor) FROM accounts WHERE tenant <> ?"), BEFORE.money],
  ];
  const impossible = expected.flatMap(([what, is, should]) => (is === should ? [] : [`${what} is ${is} and must be ${should}`]));
  if (paid > 1) impossible.push(`${paid} payments stand`);
  if (fulfilled > 1) impossible.push(`${fulfilled} fulfillments stand`);
  if (messages > 1) impossible.push(`the customer got ${messages} messages`);
  return { paid: paid > 0, fulfilled: fulfilled > 0, messages, impossible };
}

/** How an execution ended, as a report or the command tells it. */
export interface End {
  readonly outcome?: string | null | undefined;
  readonly steps: readonly Pick<StepReport, "id" | "status" | "phase">[];
}

/** What is wrong with the books after executions of one order have ended like this; nothing when all is well. */
export function faultsOf(ends: readonly End[], books: Books): readonly string[] {
  const faults = [...books.impossible];
  if (ends.some(({ outcome }) => typeof outcome !== "string")) return [...faults, "it never ended"];
  const outcomes = ends.map(({ outcome }) => outcome).join(" and ");
  // What nobody could give back is allowed only when somebody is told.
  const told = ends.some(({ outcome, steps }) => outcome === "rollback_failed" || steps.some(isFailedEnd));
  const good = ends.some(isGood);
  if (books.paid && !books.fulfilled && !told) faults.push("it is paid, and neither fulfilled nor refunded");
  if (books.fulfilled && !books.paid && !told) faults.push("it is fulfilled, and not paid");
  if (good && !(books.paid && books.fulfilled)) faults.push(`it is ${outcomes}, and not paid or not fulfilled`);
  if (!good && !told && (books.paid || books.fulfilled)) faults.push(`it is ${outcomes}, and paid or fulfilled all the same`);
  if (ends.some(({ outcome }) => outcome === "completed") && books.messages !== 1)
    faults.push(`the customer got ${books.messages} messages`);
  return faults;
}

/** Whether the customer has the goods. */
function isGood({ outcome, steps }: End): boolean {
  const fulfilled = steps.some(({ id, status }) => id === "fulfill_order" && status === "completed");
  return outcome === "completed" || (outcome === "partial_success" && fulfilled);
}

function isFailedEnd({ phase, status }: End["steps"][number]): boolean {
  return phase === "finally" && status === "failed";
}

function stock(database: DatabaseSync, sku: string): number {
  return numberOf(database, `SELECT stock FROM products WHERE tenant = ? AND sku = '${sku}'`);
}

function numberOf(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get(TENANT) ?? {})[0]);
}
