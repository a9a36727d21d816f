import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
    await using after = await start("news-data", { STATE_DIR: directory.path, FEEDS: files.join(",") });
    expect(await after.call<Found>("search_news", { query: "stock market" })).toMatchObject({ total: 3 });
    expect(await after.call("get_server_status")).toMatchObject({ status: "healthy", facts: { articles: 16 } });
  } finally {
    web.closeAllConnections();
    web.close();
    await once(web, "close");
  }
});
