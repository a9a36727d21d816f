import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository } from "../support/built-command.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

interface Found {
  readonly total: number;
}

test("killed while two processes read feeds into one folder, it goes on with what it had; and it ends while a feed is slow", async () => {
  const web = createServer((request, response) => {
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    // It begins to answer, and never ends.
    response.writeHead(200, { "content-type": "application/xml" }).write("<rss>");
  });
  web.on("clientError", (_error, socket) => socket.destroy());
  web.on("connection", (socket) => socket.on("error", () => undefined));
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const place = `127.0.0.1:${(web.address() as AddressInfo).port}`;
  try {
    using directory = temporaryDirectory();
    const files = ["bedside-review.xml", "ledger-post.xml"].map((file) => inRepository(`examples/content-pipeline/feeds/${file}`));
    const environment = { STATE_DIR: directory.path, FEEDS: [...files, `http://${place}/slow`].join(","), ALLOW_PRIVATE: place };
    {
      await using one = await start("news-data", environment);
      await using other = await start("news-data", environment);
      expect(await one.call<Found>("search_news", { query: "stock market" })).toMatchObject({ total: 3 });
      expect(await other.call<Found>("search_news", { query: "healthcare" })).toMatchObject({ total: 3 });
      await one.kill();
    }
    // A date without a zone means the same wherever the machine is.
    const dated = join(directory.path, "dated.xml");
    writeFileSync(
      dated,
      '<rss version="2.0"><channel><item><title>Undated zone</title><pubDate>20 Nov 2025 10:00:00</pubDate></item></channel></rss>',
    );
    await using after = await start("news-data", { STATE_DIR: directory.path, FEEDS: [...files, dated].join(","), TZ: "America/New_York" });
    expect(await after.call("search_news", { query: "undated" })).toMatchObject({
      articles: [{ published_at: "2025-11-20T10:00:00.000Z" }],
    });
    expect(await after.call<Found>("search_news", { query: "stock market" })).toMatchObject({ total: 3 });
    expect(await after.call("get_server_status")).toMatchObject({ status: "healthy", facts: { articles: 17 } });
  } finally {
    web.closeAllConnections();
    web.close();
    await once(web, "close");
  }
});
