import { Refusal } from "../work/refusal.ts";

/** A column of a file, with its type as DuckDB calls it. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Which columns mean what. */
export interface ColumnNames {
  readonly user: string;
  readonly item: string;
  readonly value?: string;
  readonly time?: string;
}

export interface ChosenColumns {
  readonly user: Column;
  readonly item: Column;
  readonly value?: Column;
  readonly time?: Column;
}

/** What columns are called when nobody says what they are called, in the order of preference. */
const USUAL = {
  user: ["user", "user_id", "userid", "customer", "customer_id", "customerid", "client_id", "account_id"],
  item: ["item", "item_id", "itemid", "product", "product_id", "productid", "sku", "article_id", "content_id"],
  value: ["value", "amount", "total", "total_cents", "amount_cents", "price", "rating", "quantity"],
  time: ["time", "timestamp", "date", "at", "created_at", "ordered_at", "purchased_at", "event_time", "datetime"],
};

const NESTED = /\[|^(STRUCT|MAP|UNION|BLOB|BIT|VARIANT|GEOMETRY)/;

/**
 * The columns of users, items, values and times: those that are wished for, else those that are called as usual.
 *
 * @throws Refusal - there is no such column, or it has none of the types that it can have
 */
export function chooseColumns(columns: readonly Column[], wished: Partial<ColumnNames>): ChosenColumns {
  const user = need("user", columns, wished.user);
  const item = need("item", columns, wished.item);
  const value = find("value", columns, wished.value);
  const time = find("time", columns, wished.time);
  const chosen = [user, item, value, time].flatMap((column) => column?.name ?? []);
  if (new Set(chosen).size < chosen.length)
    throw new Refusal(`each of user, item, value and time is a column of its own: ${chosen.join(", ")}`);
  return { user, item, ...(value === undefined ? {} : { value }), ...(time === undefined ? {} : { time }) };
}

function need(role: "user" | "item", columns: readonly Column[], wished: string | undefined): Column {
  const found = find(role, columns, wished);
  if (found !== undefined) return found;
  throw new Refusal(
    `none of the columns is called as one of ${role}s is usually: say "columns": {"${role}": ...}. There are ${listed(columns)}`,
  );
}

function find(role: keyof typeof USUAL, columns: readonly Column[], wished: string | undefined): Column | undefined {
  const named = (name: string): Column | undefined => columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (wished === undefined) return USUAL[role].flatMap((name) => named(name) ?? []).find(({ type }) => !NESTED.test(type));
  const found = columns.find(({ name }) => name === wished) ?? named(wished);
  if (found === undefined) throw new Refusal(`the file has no column "${wished}" for the ${role}: there are ${listed(columns)}`);
  if (NESTED.test(found.type)) throw new Refusal(`the column "${wished}" holds ${found.type}, which is no ${role}`);
  return found;
}

function listed(columns: readonly Column[]): string {
  const names = columns.map(({ name }) => `"${name.slice(0, 100)}"`);
  return `${names.slice(0, 30).join(", ")}${names.length > 30 ? `, and ${names.length - 30} more` : ""}`;
}
