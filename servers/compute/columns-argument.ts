import { z } from "zod";
import type { ColumnNames } from "./table/columns.ts";

const columnName = z.string().min(1).max(200);

/** Which columns mean what, as tools take it. */
export const columnsArgument = z
  .strictObject({
    user: columnName.optional().describe("Who: a user or customer, as a number or a text. Default: user, user_id, customer_id, ..."),
    item: columnName.optional().describe("What was taken: an item or product. Default: item, item_id, product_id, sku, ..."),
    value: columnName.optional().describe("An amount, as a number from 0. Default: value, amount, total, price, ..."),
    time: columnName
      .optional()
      .describe("When: a timestamp, a date, or seconds or milliseconds since 1970. Default: time, date, at, created_at, ..."),
  })
  .describe("What the columns are called, where it is not one of the usual names; files that data_processing wrote say it themselves");

export function columnsGiven(columns: Readonly<Record<string, string | undefined>> = {}): Partial<ColumnNames> {
  return Object.fromEntries(Object.entries(columns).filter(([, name]) => name !== undefined));
}
