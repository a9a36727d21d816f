import * as z from "zod";
import { defineTool, Refusal, type Service } from "../../sqlite-service/service.ts";
import { readPriceList } from "../price-list/price-list.ts";

const version = z.string().min(1);

const packRelease = defineTool({
  name: "pack_release",
  description: "Packs the price list as it is now under a version.",
  effect: "changes",
  input: z.object({ version }),
  output: z.object({ version, prices: z.int() }),
  run({ database, tenant, now }, { version: packed }) {
    const prices = readPriceList();
    database
      .prepare("INSERT INTO releases (tenant, version, content, packed_at) VALUES (?, ?, ?, ?)")
      .run(tenant, packed, JSON.stringify(prices), now.toISOString());
    return { version: packed, prices: prices.length };
  },
});

const discardRelease = defineTool({
  name: "discard_release",
  description: "Throws away what was packed under a version.",
  effect: "repeatable",
  input: z.object({ version }),
  output: z.object({ discarded: version }),
  run({ database, tenant }, { version: discarded }) {
    database.prepare("DELETE FROM releases WHERE tenant = ? AND version = ?").run(tenant, discarded);
    return { discarded };
  },
});

const publishRelease = defineTool({
  name: "publish_release",
  description: "Shows a packed price list to all customers, in place of the one that they see now.",
  effect: "changes",
  input: z.object({ version, prices: z.int() }),
  output: z.object({ version, previous: version.nullable() }),
  run({ database, tenant }, { version: wanted, prices }) {
    const found = database.prepare("SELECT content FROM releases WHERE tenant = ? AND version = ?").get(tenant, wanted);
    if (found === undefined) throw new Refusal(`there is no release ${wanted}`);
    const previous = database.prepare("SELECT version FROM published WHERE tenant = ?").get(tenant)?.["version"];
    database.prepare("INSERT OR REPLACE INTO published (tenant, version, prices) VALUES (?, ?, ?)").run(tenant, wanted, prices);
    return { version: wanted, previous: typeof previous === "string" ? previous : null };
  },
});

const withdrawRelease = defineTool({
  name: "withdraw_release",
  description: "Takes a release back, and shows the previous one again.",
  effect: "changes",
  input: z.object({ version, previous: version.nullable() }),
  output: z.object({ withdrawn: version }),
  run({ database, tenant }, { version: withdrawn, previous }) {
    if (previous === null) database.prepare("DELETE FROM published WHERE tenant = ? AND version = ?").run(tenant, withdrawn);
    else database.prepare("UPDATE published SET version = ? WHERE tenant = ? AND version = ?").run(previous, tenant, withdrawn);
    return { withdrawn };
  },
});

/** Keeps price lists, and which of them customers see. */
export const releaseService: Service = {
  title: "Release service",
  store: {
    name: "releases",
    schema: `
CREATE TABLE releases (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  version TEXT NOT NULL,
  content TEXT NOT NULL,
  packed_at TEXT NOT NULL
) STRICT;

CREATE TABLE published (
  tenant TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  prices INTEGER NOT NULL
) STRICT;`,
    seed: () => undefined,
  },
  tools: [packRelease, discardRelease, publishRelease, withdrawRelease],
};
