import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("an export that is killed leaves nothing behind, and what was there before is there after", { timeout: 120_000 }, async () => {
  using folder = temporaryDirectory();
  const { path } = folder;
  writeFileSync(join(path, "orders.csv"), "id,name\n1,one\n2,two\n");
  const exchange = join(path, "exchange/acme");
  const environment = {
    STATE_DIR: join(path, "state"),
    EXCHANGE_DIR: join(path, "exchange"),
    DATA_FILES: `orders=${join(path, "orders.csv")}`,
  };
  const ask = { query: "SELECT * FROM orders", into: "out.csv" };
  let before: unknown;
  {
    await using server = await start("data", environment);
    before = await server.call("sql_query", ask, { key: "first" });
    const endless = server.call("sql_query", { query: "SELECT random() FROM range(100000000000)", into: "out.csv" });
    const ended = endless.then(
      () => "it was done",
      () => "its server is gone",
    );
    const part = (): string | undefined => (existsSync(exchange) ? readdirSync(exchange) : []).find((name) => name.endsWith(".part"));
    await vi.waitUntil(() => statSync(join(exchange, part() ?? "none"), { throwIfNoEntry: false })?.size, { timeout: 60_000 });
    await server.kill();
    expect(await ended).toBe("its server is gone");
    expect(part()).toBeDefined();
  }
  await using server = await start("data", environment);
  expect(readdirSync(exchange)).toEqual(["out.csv"]);
  expect(await server.call("sql_query", ask, { key: "first" })).toEqual(before);
  expect(await server.call("sql_query", { query: "SELECT count(*) AS n FROM out", tables: { out: "out.csv" } })).toMatchObject({
    rows: [{ n: 2 }],
  });
  // It ends at once when nobody listens any more, whatever it does.
  const left = server
    .call("sql_query", { query: "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c" })
    .catch(() => "left");
  await server.client.close();
  expect(await left).toBe("left");
});
