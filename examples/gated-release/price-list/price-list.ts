import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** What the bakery sells, and for how many cents. */
export const priceList = z.array(z.strictObject({ sku: z.string(), name: z.string(), price_minor: z.int().positive() }));

export type PriceList = z.infer<typeof priceList>;

/** The price list as it stands in this folder. @throws ZodError - it is none */
export function readPriceList(): PriceList {
  return priceList.parse(JSON.parse(readFileSync(join(import.meta.dirname, "prices.json"), "utf8")));
}
