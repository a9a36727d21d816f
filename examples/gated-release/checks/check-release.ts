/** Fails when what was packed last is not what the folder says: that is what customers would see. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { priceList, readPriceList } from "../price-list/price-list.ts";

using database = new DatabaseSync(join(process.env["STATE_DIR"] ?? "out", "releases.db"), { readOnly: true });
const row = database.prepare("SELECT version, content FROM releases ORDER BY number DESC LIMIT 1").get();
assert.ok(row !== undefined, "nothing was packed");
assert.deepEqual(priceList.parse(JSON.parse(String(row["content"]))), readPriceList());
process.stdout.write(`release ${String(row["version"])} holds the price list\n`);
