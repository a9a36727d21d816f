import assert from "node:assert/strict";
import { test } from "node:test";
import { readPriceList } from "./price-list.ts";

void test("nothing is on the list twice", () => {
  const skus = readPriceList().map(({ sku }) => sku);
  assert.deepEqual([...new Set(skus)], skus);
});

void test("nothing costs more than a whole loaf may", () => {
  for (const { name, price_minor: price } of readPriceList()) assert.ok(price < 1_000, `${name} costs ${price} cents`);
});
