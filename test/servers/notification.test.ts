import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { expect, test, vi } from "vitest";
import { catchingMailbox } from "../../servers/notification/catching-mailbox.ts";
import { start } from "../support/reference-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const LONG = { timeout: 60_000, interval: 20 };

test("a letter that was being handed in when the server was killed is sent after the restart, with the same Message-ID", async () => {
  using folder = temporaryDirectory();
  // The first one gets no answer: the mail server has it, and the sender does not know.
  await using mailbox = await catchingMailbox((count) => (count === 1 ? "silence" : undefined));
  const environment = {
    STATE_DIR: join(folder.path, "state"),
    EXCHANGE_DIR: join(folder.path, "exchange"),
    SMTP_URL: mailbox.url,
    MAIL_FROM: "tutti@example.org",
  };
  const letter = { to: ["anna@example.org"], subject: "hello", body: "x" };
  const later = { ...letter, subject: "later", send_at: new Date(Date.now() + 3_600_000).toISOString() };
  await using first = await start("notification", environment);
  const before = await first.call<{ message_id: string }>("send_email", letter, { key: "k-1" });
  await first.call("send_email", later, { key: "k-2" });
  const dashboard = await first.call<{ file: string }>("dashboard_update", { dashboard: "ops", data: { servers: 6 } });
  await vi.waitFor(() => expect(mailbox.letters).toHaveLength(1), LONG);
  await first.kill();

  await using second = await start("notification", environment);
  expect(await second.call("send_email", letter, { key: "k-1" })).toEqual(before);
  await vi.waitFor(() => expect(mailbox.letters).toHaveLength(2), LONG);
  const read = await Promise.all(mailbox.letters.map(async ({ raw }) => await PostalMime.parse(raw)));
  expect(read.map(({ messageId }) => messageId)).toEqual([`<${before.message_id}@example.org>`, `<${before.message_id}@example.org>`]);
  await vi.waitFor(async () => {
    const status = await second.call("get_server_status");
    expect(status).toMatchObject({ facts: { queue: { pending: 0, scheduled: 1, delivered: 1, dead_letters: 0 } } });
  }, LONG);
  // What is in the table is what is on the page, whatever has become of the file.
  rmSync(dashboard.file);
  await second.call("dashboard_update", { dashboard: "ops", widget: "more", data: 1 });
  expect(existsSync(dashboard.file)).toBe(true);
  expect(readFileSync(dashboard.file, "utf8")).toContain("servers");
});
