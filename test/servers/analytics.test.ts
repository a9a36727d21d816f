import { expect, test } from "vitest";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("events whose call was answered are there after a kill, and the same call again counts nothing twice", async () => {
  using folder = temporaryDirectory();
  const environment = { STATE_DIR: folder.path };
  const events = [1, 2, 3].map((n) => ({ type: "view", user_id: `u${n}`, at: "2026-03-01T10:00:00Z", content_id: "a" }));
  let before: unknown;
  {
    await using server = await start("analytics", environment);
    before = await server.call("record_events", { events }, { key: "k" });
    // One that is on its way when the process dies may be done or not, but never by half.
    const lost = server.call("record_events", { events }, { key: "lost" }).catch(() => undefined);
    await server.kill();
    await lost;
  }
  await using server = await start("analytics", environment);
  expect(await server.call("record_events", { events }, { key: "k" })).toEqual(before);
  expect(await server.call("record_events", { events }, { key: "lost" })).toEqual({ recorded: 3, duplicates: 0 });
  expect(await server.call("get_content_metrics", { content_id: "a" })).toMatchObject({ views: 6, unique_views: 3 });
});

test("two processes on one folder count together", async () => {
  using folder = temporaryDirectory();
  await using one = await start("analytics", { STATE_DIR: folder.path });
  await using other = await start("analytics", { STATE_DIR: folder.path });
  const view = (index: number): object => ({
    events: [{ type: "view", user_id: `u${index}`, at: "2026-03-01T10:00:00Z", content_id: "a" }],
  });
  const calls = Array.from(
    { length: 20 },
    async (_, index) => await (index % 2 === 0 ? one : other).call("record_events", view(index), { key: `${index % 10}-${index}` }),
  );
  await Promise.all(calls);
  expect(await other.call("get_content_metrics", { content_id: "a" })).toMatchObject({ views: 20, unique_views: 20 });
});
