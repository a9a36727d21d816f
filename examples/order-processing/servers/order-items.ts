import * as z from "zod";

/** What an order asks for. */
export const orderItems = z
  .array(z.strictObject({ sku: z.string().min(1), quantity: z.int().min(1).max(1_000) }))
  .min(1)
  .max(100);

/** How many of each product, also when it stands in several lines. */
export function quantities(items: z.infer<typeof orderItems>): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of items) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
}
