import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import PostalMime from "postal-mime";
import { expect, onTestFinished, test, vi } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openExchange } from "../kit/files/exchange.ts";
import { catchingMailbox, catchingWebhook, type MailAnswer } from "./catching-mailbox.ts";
import { openNotification } from "./open-notification.ts";

const LONG = { timeout: 30_000, interval: 10 };

test("an e-mail arrives as it was written, once for a key", async () => {
  const { server, mailbox, exchange } = await opened();
  await exchange("reports/sales.csv", "a,b\n1,2\n");
  const letter = {
    to: ["anna@example.org"],
    cc: ["ben@example.org"],
    reply_to: "shop@example.org",
    subject: "Überweisung – 🎉 fällig",
    body: "Dear Anna,\r\n.\r\nthat was a dot.\r\n",
    html: "<p>Dear <b>Anna</b></p>",
    attachments: ["reports/sales.csv"],
    wait_ms: 30_000,
  };
  const sent = await server.call<{ message_id: string }>("send_email", letter, { key: "k-1" });
  expect(sent).toMatchObject({ status: "sent", attempts: 1, accepted: ["anna@example.org", "ben@example.org"], rejected: [] });
  expect(await server.call("send_email", letter, { key: "k-1" })).toEqual(sent);
  expect(mailbox.letters).toHaveLength(1);
  const [caught] = mailbox.letters;
  expect(caught).toMatchObject({ from: "tutti@example.org", to: ["anna@example.org", "ben@example.org"] });
  const read = await PostalMime.parse(caught?.raw ?? "");
  expect(read).toMatchObject({ subject: letter.subject, messageId: `<${sent.message_id}@example.org>`, html: "<p>Dear <b>Anna</b></p>\n" });
  expect(read.text?.replaceAll("\r\n", "\n")).toContain("Dear Anna,\n.\nthat was a dot.\n");
  expect(read.attachments.map(({ filename, content }) => [filename, Buffer.from(content as ArrayBuffer).toString()])).toEqual([
    ["sales.csv", "a,b\n1,2\n"],
  ]);
});

test("a template is filled in, and what is put into HTML is escaped", async () => {
  const { server, mailbox } = await opened();
  const parameters = { model: "<b>shop</b>\n", accuracy: 0.943, version: "2.1" };
  await server.call("send_email", { to: ["anna@example.org"], template: "training-finished", parameters, wait_ms: 30_000 });
  const read = await PostalMime.parse(mailbox.letters[0]?.raw ?? "");
  expect(read.subject).toBe("<b>shop</b> is trained: accuracy 0.943");
  expect(read.html).toContain("&lt;b&gt;shop&lt;/b&gt;");
  expect(await server.refusal("send_email", { to: ["anna@example.org"], template: "training-finished", parameters: {} })).toContain(
    "undefined variable",
  );
  expect(await server.refusal("send_email", { to: ["anna@example.org"], template: "../x" })).toContain("there is no template");
});

test("what the mail server does not take now is sent again with the same Message-ID; what it never takes is given up", async () => {
  const { server, mailbox } = await opened({ answer: (count) => [451, undefined, 554, undefined][count - 1] });
  const letter = { to: ["anna@example.org"], subject: "one", body: "x", wait_ms: 30_000 };
  expect(await server.call("send_email", letter)).toMatchObject({ status: "sent", attempts: 2 });
  const ids = await Promise.all(mailbox.letters.map(async ({ raw }) => (await PostalMime.parse(raw)).messageId));
  expect(new Set(ids).size).toBe(1);
  const failed = await server.call<{ message_id: string; error: string }>("send_email", { ...letter, subject: "two" });
  expect(failed).toMatchObject({ status: "failed", attempts: 1 });
  expect(failed.error).toContain("554");
  expect(await server.call("get_server_status")).toMatchObject({ facts: { queue: { dead_letters: 1 } } });
  expect(await server.refusal("send_email", { resend: failed.message_id }, { tenant: "globex" })).toContain("there is no message");
  expect(await server.call("send_email", { resend: failed.message_id, wait_ms: 30_000 })).toMatchObject({ status: "sent" });
});

test("recipients that do not exist are told, and the others get it once", async () => {
  const { server } = await opened();
  const letter = { to: ["anna@example.org", "nobody@example.org"], cc: ["anna@example.org"], subject: "one", body: "x", wait_ms: 30_000 };
  expect(await server.call("send_email", letter)).toMatchObject({
    status: "sent",
    accepted: ["anna@example.org"],
    rejected: ["nobody@example.org"],
  });
  expect(await server.call("send_email", { ...letter, to: ["nobody@example.org"], cc: [] })).toMatchObject({ status: "failed" });
});

test("recipients whom the mail server puts off get it later, and the others do not get it twice", async () => {
  const { server, mailbox } = await opened();
  const letter = { to: ["anna@example.org", "later@example.org", "nobody@example.org"], subject: "one", body: "x", wait_ms: 30_000 };
  expect(await server.call("send_email", letter)).toMatchObject({
    status: "sent",
    attempts: 2,
    accepted: ["anna@example.org", "later@example.org"],
    rejected: ["nobody@example.org"],
  });
  expect(mailbox.letters.map(({ to }) => to)).toEqual([["anna@example.org"], ["later@example.org"]]);
});

test("what is for later waits for its time, and can be taken back", async () => {
  const { server, mailbox } = await opened();
  const at = new Date(Date.now() + 86_400_000).toISOString();
  const letter = { to: ["anna@example.org"], subject: "one", body: "x", send_at: at };
  const later = await server.call<{ message_id: string }>("send_email", letter);
  expect(later).toMatchObject({ status: "scheduled", send_at: at });
  expect(await server.call("get_server_status")).toMatchObject({ facts: { queue: { pending: 0, scheduled: 1 } } });
  expect(await server.call("send_email", { cancel: later.message_id })).toMatchObject({ status: "cancelled" });
  expect(await server.refusal("send_email", { ...letter, send_at: "2999-01-01T00:00:00Z" })).toContain("at most a year from now");
  const past = await server.call("send_email", { ...letter, send_at: "2020-01-01T00:00:00+01:00", wait_ms: 30_000 });
  expect(past).toMatchObject({ status: "sent" });
  expect(mailbox.letters).toHaveLength(1);
});

test("a message to Slack is sent until it is taken, and nothing in its text is a command", async () => {
  const { server, slack } = await opened({ status: (count) => [503, 200, 404][count - 1] ?? 200 });
  const message = { channel: "#ml-team", text: "<!channel> a & b", blocks: [{ type: "divider" }], wait_ms: 30_000 };
  const sent = await server.call("send_slack", message, { key: "k-1" });
  expect(sent).toMatchObject({ status: "sent", attempts: 2 });
  expect(await server.call("send_slack", message, { key: "k-1" })).toEqual(sent);
  expect(slack.messages[1]).toEqual({ channel: "#ml-team", text: "&lt;!channel&gt; a &amp; b", blocks: [{ type: "divider" }] });
  expect(await server.call("send_slack", message)).toMatchObject({ status: "failed", error: "the webhook has answered 404: said" });
});

test("an alert is told to its channels once, again when it gets worse, and when it is over", async () => {
  const { server, mailbox, slack, hook } = await opened({ channels: true });
  const alert = {
    name: "disk full",
    severity: "warning",
    message: "sda is full",
    channels: ["email", "slack", "pager", "log"],
    wait_ms: 30_000,
  };
  const raised = await server.call<{ alert_id: string }>("create_alert", alert, { key: "k-1" });
  expect(raised).toMatchObject({ status: "firing", times: 1, notified: alert.channels.map((channel) => ({ channel, status: "sent" })) });
  expect(await server.call("create_alert", alert, { key: "k-1" })).toEqual(raised);
  expect(await server.call("create_alert", alert)).toMatchObject({ alert_id: raised.alert_id, times: 2, notified: [] });
  expect(await server.call("create_alert", { ...alert, severity: "critical" })).toMatchObject({ times: 1, notified: { length: 4 } });
  expect(await server.call("create_alert", { name: "disk full", resolve: true, wait_ms: 30_000 })).toMatchObject({
    status: "resolved",
    notified: { length: 4 },
  });
  expect(await server.call("create_alert", { name: "disk full", resolve: true })).toMatchObject({ status: "resolved", notified: [] });
  const subjects = await Promise.all(mailbox.letters.map(async ({ raw }) => (await PostalMime.parse(raw)).subject));
  expect(subjects).toEqual(["[WARNING] disk full", "[CRITICAL] disk full", "[RESOLVED] disk full"]);
  expect(slack.messages[0]).toEqual({ channel: "#ops", text: "[WARNING] disk full\nsda is full" });
  expect(hook.messages[0]).toMatchObject({ alert: "disk full", status: "firing", severity: "warning", text: "sda is full" });
});

test("an alert with a condition fires when a dashboard brings the figure, and ends when it is gone", async () => {
  const { server } = await opened();
  const rule = { name: "low accuracy", channels: ["ml_team"], condition: { metric: "training.accuracy", op: "<", value: 0.9 } };
  const state = async (): Promise<unknown> =>
    (await server.call<{ alerts: { status: string }[] }>("create_alert")).alerts.map(({ status }) => status);
  expect(await server.call("create_alert", rule)).toMatchObject({ status: "armed", notified: [] });
  const training = (accuracy: number, tenant = "acme") =>
    server.call("dashboard_update", { dashboard: "ML", widget: "training", data: { accuracy, epoch: 3 } }, { tenant });
  await training(0.5, "globex");
  await training(0.95);
  expect(await state()).toEqual(["armed"]);
  await training(0.8);
  expect(await state()).toEqual(["firing"]);
  await training(0.92);
  expect(await state()).toEqual(["armed"]);
  await vi.waitFor(async () => expect(await server.call("get_server_status")).toMatchObject({ facts: { queue: { delivered: 2 } } }), LONG);
  expect(await server.call("create_alert", { ...rule, name: "already", condition: { ...rule.condition, op: ">" } })).toMatchObject({
    status: "firing",
    notified: [{ channel: "ml_team" }],
  });
});

test("an alert with a condition that is asked for again tells nobody twice, and tells of its end", async () => {
  const { server } = await opened();
  const rule = { name: "hot", channels: ["ml_team"], condition: { metric: "cpu", op: ">", value: 50 } };
  await server.call("create_alert", rule);
  // The key of another widget is another figure.
  await server.call("dashboard_update", { dashboard: "d", data: { cpu: 5, gpu: { cpu: 99, value: 7 } } });
  expect(await server.call("create_alert", rule)).toMatchObject({ status: "armed" });
  await server.call("dashboard_update", { dashboard: "d", data: { cpu: { value: 99 } } });
  expect(await server.call("create_alert", rule)).toMatchObject({ status: "firing", times: 2, notified: [] });
  const higher = { ...rule, channels: ["log"], condition: { ...rule.condition, value: 100 } };
  expect(await server.call("create_alert", higher)).toMatchObject({
    status: "armed",
    condition: { value: 100 },
    notified: [{ channel: "ml_team" }],
  });
});

test("what is sent at once is not said to be for later", async () => {
  const { server } = await opened();
  for (let nth = 0; nth < 30; nth += 1) {
    const sent = await server.call("send_email", { to: ["anna@example.org"], subject: `${nth}`, body: "x" });
    expect(sent).toMatchObject({ status: "queued" });
    const message = await server.call("send_slack", { channel: "#a", text: "x" });
    expect(message).toMatchObject({ status: "queued" });
  }
});

test("a dashboard is a page and a JSON file, brought up to date together", async () => {
  const { server } = await opened();
  const first = {
    dashboard: "ML Operations Dashboard",
    data: {
      training_progress: { progress: 0.45, label: "Epoch 45 of 100" },
      servers: [{ server: "compute", status: "healthy", load: 0.375 }],
    },
    refresh_seconds: 5,
  };
  const made = await server.call<{ file: string; json_file: string }>("dashboard_update", first, { key: "k-1" });
  expect(made).toMatchObject({ dashboard_id: "ml-operations-dashboard", revision: 1, widgets: ["training_progress", "servers"] });
  expect(await server.call("dashboard_update", first, { key: "k-1" })).toEqual(made);
  await server.call("dashboard_update", { dashboard: first.dashboard, widget: "accuracy", data: 0.9 });
  const last = await server.call("dashboard_update", {
    dashboard: first.dashboard,
    widget: "accuracy",
    data: { value: 0.943, unit: "share" },
  });
  expect(last).toMatchObject({ revision: 3, file: made.file });
  expect(JSON.parse(readFileSync(made.json_file, "utf8"))).toMatchObject({
    revision: 3,
    refresh_seconds: 5,
    widgets: [{}, {}, { widget: "accuracy", history: [0.9, 0.943] }],
  });
  const page = readFileSync(made.file, "utf8");
  for (const part of ['http-equiv="refresh" content="5"', "45 %", "width:45.0%", "<polyline", '<i class="good"></i>healthy', "0.943"])
    expect(page).toContain(part);
  expect(await server.call("dashboard_update", { dashboard: first.dashboard, widget: "servers", data: null })).toMatchObject({
    widgets: ["training_progress", "accuracy"],
  });
});

test("each name is a dashboard of its own, also where names are alike as files", async () => {
  const { server } = await opened();
  const names = ["A b", "a-b", "a b", "A-B", "A  b!", "a  b!", "a-b-d44362d6"];
  const update = async (dashboard: string) =>
    await server.call<{ dashboard_id: string }>("dashboard_update", { dashboard, data: { [dashboard]: 1 } });
  const made: { dashboard_id: string }[] = [];
  for (const name of names) made.push(await update(name));
  expect(made).toMatchObject(names.map((name) => ({ revision: 1, widgets: [name] })));
  expect(made[0]).toMatchObject({ dashboard_id: "a-b" });
  for (const [nth, name] of names.entries())
    expect(await update(name)).toMatchObject({ revision: 2, dashboard_id: made[nth]?.dashboard_id });
});

test("a line between the largest numbers that there are is drawn", async () => {
  const { server } = await opened();
  const { file } = await server.call<{ file: string }>("dashboard_update", { dashboard: "d", widget: "w", data: [-1.7e308, 0, 1.7e308] });
  expect(readFileSync(file, "utf8")).toContain('points="0.00,28.00 50.00,15.00 100.00,2.00"');
});

interface Given {
  readonly answer?: (count: number) => MailAnswer;
  readonly status?: (count: number) => number;
  /** Channels that disturb somebody. */
  readonly channels?: boolean;
}

async function opened({ answer, status, channels = false }: Given = {}) {
  const folder = temporaryDirectory();
  const mailbox = await catchingMailbox(answer);
  const slack = await catchingWebhook(status);
  const hook = await catchingWebhook();
  const file = join(folder.path, "channels.yaml");
  writeFileSync(
    file,
    "channels:\n  email: { kind: email, to: [ops@example.org] }\n  slack: { kind: slack, channel: '#ops' }\n  pager: { kind: webhook, url_env: PAGER_URL }\n  log: { kind: record }\n",
  );
  const exchangeDirectory = join(folder.path, "exchange");
  const server = await hold(
    openNotification({
      STATE_DIR: join(folder.path, "state"),
      EXCHANGE_DIR: exchangeDirectory,
      DASHBOARD_DIR: join(folder.path, "dashboards"),
      SMTP_URL: mailbox.url,
      MAIL_FROM: "tutti@example.org",
      SLACK_WEBHOOK_URL: slack.url,
      PAGER_URL: hook.url,
      RETRY_MS: "10",
      ...(channels ? { CHANNELS_FILE: file } : {}),
    }),
  );
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    for (const each of [mailbox, slack, hook]) await each[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  const exchange = async (name: string, content: string): Promise<void> => {
    await openExchange(exchangeDirectory).write("acme", name, (path) => writeFileSync(path, content));
  };
  return { server, mailbox, slack, hook, exchange };
}
