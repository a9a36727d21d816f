import * as z from "zod";
import { defineTool, money, type Service, type ToolScope } from "../../sqlite-service/service.ts";
import { orderItems, quantities } from "./order-items.ts";
import { warehouse } from "./warehouse.ts";

const inventoryCheck = defineTool({
  name: "inventory_check",
  description:
    "Whether everything is there, and what it costs. The price comes from the catalogue; a total that the customer was shown is only compared with it.",
  effect: "reads",
  input: z.object({ items: orderItems, total_amount: money.nullish() }),
  output: z.object({ valid: z.boolean(), reason: z.string().optional(), total: money }),
  run({ database, tenant }, { items, total_amount: shown }) {
    const problems: string[] = [];
    let totalMinor = 0;
    for (const [sku, quantity] of quantities(items)) {
      const product = productOf({ database, tenant }, sku);
      if (product === undefined) problems.push(`there is no product "${sku}"`);
      else if (product.stock < quantity) problems.push(`${product.stock} of ${sku} are left, not ${quantity}`);
      totalMinor += (product?.priceMinor ?? 0) * quantity;
    }
    const total = { amount_minor: totalMinor, currency: "EUR" };
    if (problems.length === 0 && shown && (shown.amount_minor !== totalMinor || shown.currency !== total.currency))
      problems.push(`the order costs ${totalMinor} ${total.currency}, not ${shown.amount_minor} ${shown.currency}`);
    return problems.length === 0 ? { valid: true, total } : { valid: false, reason: problems.join("; "), total };
  },
});

/** Knows what is on the shelves and what it costs. */
export const inventoryService: Service = { title: "Inventory service", store: warehouse, tools: [inventoryCheck] };

function productOf(
  { database, tenant }: Pick<ToolScope, "database" | "tenant">,
  sku: string,
): { readonly priceMinor: number; readonly stock: number } | undefined {
  const row = database.prepare("SELECT price_minor, stock FROM products WHERE tenant = ? AND sku = ?").get(tenant, sku);
  return row && { priceMinor: Number(row["price_minor"]), stock: Number(row["stock"]) };
}
