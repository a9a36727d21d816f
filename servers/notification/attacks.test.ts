import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { catchingMailbox } from "./catching-mailbox.ts";
import { openNotification } from "./open-notification.ts";

const LETTER = { to: ["anna@example.org"], subject: "hello", body: "x", wait_ms: 30_000 };

const FORBIDDEN_LETTERS: readonly object[] = [
  { subject: "hello\r\nBcc: everybody@example.org" },
  { subject: "hello\nBcc: everybody@example.org" },
  { subject: "hello\u2028Bcc: everybody@example.org" },
  { subject: "hello\u0000" },
  { subject: "\ud800" },
  { subject: "" },
  { subject: "x".repeat(501) },
  { to: ["anna@example.org\r\nBcc: everybody@example.org"] },
  { to: ["anna@example.org, everybody@example.org"] },
  { to: ["anna@example.org>,<everybody@example.org"] },
  { to: ["Anna <anna@example.org>"] },
  { to: ['"anna@evil.example"@example.org'] },
  { to: ["anna@example.org;everybody@example.org"] },
  { to: ["group:anna@example.org;"] },
  { to: ["anna@example.org SIZE=1"] },
  { to: ["anna@[127.0.0.1]"] },
  { to: ["anna"] },
  { to: ["@example.org"] },
  { to: [`${"a".repeat(65)}@example.org`] },
  { to: ["anna@exämple.org"] },
  { to: [] },
  { to: ["anna@elsewhere.example"] },
  { cc: ["anna@elsewhere.example"] },
  { to: Array.from({ length: 51 }, (_, number) => `a${number}@example.org`) },
  { reply_to: "anna@example.org\r\nX-Evil: yes" },
  { from: "chief@example.org" },
  { from: "tutti@example.org\r\nX-Evil: yes" },
  { body: "x".repeat(200_001) },
  { body: "\u0000" },
  { body: undefined },
  { template: "welcome" },
  { body: undefined, template: "__proto__" },
  { body: undefined, template: "../../../etc/passwd" },
  { body: undefined, template: "welcome", parameters: { name: "x".repeat(300_000), sender_name: "y" } },
  { body: undefined, subject: undefined, template: "welcome", parameters: { name: "x".repeat(600), sender_name: "y" } },
  { attachments: ["../../etc/passwd"] },
  { attachments: ["/etc/passwd"] },
  { attachments: ["nothing.csv"] },
  { send_at: "tomorrow" },
  { send_at: "9999-12-31T23:59:59Z" },
  { resend: "mail_0" },
  { cancel: "__proto__" },
];

test("no letter that is more than it says is sent", async () => {
  const { server, mailbox } = await opened();
  for (const part of FORBIDDEN_LETTERS) {
    expect([part, (await server.refusal("send_email", { ...LETTER, ...part })).includes("tool failed")]).toEqual([part, false]);
  }
  expect(mailbox.letters).toEqual([]);
});

test("whatever is in the text of a letter stays in its text", async () => {
  const { server, mailbox } = await opened();
  const body = "hello\r\n.\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<everybody@example.org>\r\nDATA\r\nX-Evil: yes\r\n\r\n.\r\nQUIT\r\n";
  const parameters = { name: "Anna\r\nBcc: everybody@example.org", sender_name: "{{ name }} {% include '/etc/passwd' %}" };
  expect(await server.call("send_email", { ...LETTER, body })).toMatchObject({ status: "sent" });
  const { body: _none, subject: _neither, ...bare } = LETTER;
  expect(await server.call("send_email", { ...bare, template: "welcome", parameters })).toMatchObject({ status: "sent" });
  expect(mailbox.letters.map(({ to }) => to)).toEqual([["anna@example.org"], ["anna@example.org"]]);
  for (const { raw } of mailbox.letters) {
    const [head = ""] = raw.split("\r\n\r\n");
    expect(head).not.toMatch(/^(x-evil|bcc):/im);
  }
});

const FORBIDDEN_CALLS: readonly [string, object][] = [
  ["send_slack", { channel: "#a", text: "" }],
  ["send_slack", { channel: "#a\nb", text: "x" }],
  ["send_slack", { channel: "", text: "x" }],
  ["send_slack", { channel: "#a", text: "x".repeat(4_001) }],
  ["send_slack", { channel: "#a", text: "x", blocks: [{ text: "x".repeat(50_001) }] }],
  ["send_slack", { resend: "slack_0" }],
  ["create_alert", { name: "x\u0000" }],
  ["create_alert", { name: "x", channels: ["__proto__"] }],
  ["create_alert", { name: "x", channels: ["constructor"] }],
  ["create_alert", { name: "x", severity: "terrible" }],
  ["create_alert", { name: "nobody", resolve: true }],
  ["create_alert", { name: "x", condition: { metric: "m", op: "eval", value: 1 } }],
  ["create_alert", { name: "x", condition: { metric: "m", op: ">", value: "1" } }],
  ["dashboard_update", { dashboard: "", data: 1 }],
  ["dashboard_update", { dashboard: "x", data: 1 }],
  ["dashboard_update", { dashboard: "x", data: { "": 1 } }],
  ["dashboard_update", { dashboard: "x", widget: "w", data: "x".repeat(70_000) }],
  ["dashboard_update", { dashboard: "x", widget: "w", data: 1, refresh_seconds: 0 }],
  ["dashboard_update", { dashboard: "x", data: Object.fromEntries(Array.from({ length: 51 }, (_, number) => [`w${number}`, 1])) }],
];

test("arguments that are odd are refused", async () => {
  const { server } = await opened();
  for (const [tool, parameters] of FORBIDDEN_CALLS) {
    expect([tool, parameters, (await server.refusal(tool, parameters)).includes("tool failed")]).toEqual([tool, parameters, false]);
  }
  expect(await server.call("create_alert")).toMatchObject({ alerts: [] });
  expect(await server.call("get_server_status")).toMatchObject({ facts: { dashboards: 0 } });
});

test.each<readonly [string, string, string]>([
  ["SMTP_URL", "smtp://%zz:x@mail.example.org", "no address of a mail server"],
  ["SMTP_URL", "http://mail.example.org", "no address of a mail server"],
  ["CHANNELS_FILE", "/missing.yaml", "no such file"],
  ["TEMPLATES_DIR", "/missing", "no such file"],
])("%s as %s is refused at the start, in words that name the variable", (variable, value, words) => {
  using folder = temporaryDirectory();
  const open = () => openNotification({ STATE_DIR: folder.path, [variable]: value });
  expect(open).toThrow(words);
  expect(open).toThrow(variable);
});

test("nothing on a dashboard becomes a part of its page, and no name leads out of its folder", async () => {
  const { server, folder } = await opened();
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
  const data = {
    [evil]: evil,
    table: [{ [evil]: evil, __proto__: evil }],
    figure: { value: evil, unit: evil, label: evil, status: evil, target: evil, progress: 7 },
    list: [evil, [evil], null, true],
    facts: JSON.parse(`{"__proto__": {"polluted": true}, "constructor": 1}`) as object,
    huge: 1e300,
  };
  const { file } = await server.call<{ file: string }>("dashboard_update", { dashboard: `../../${evil}`, data });
  expect(file.startsWith(join(folder, "dashboards", "acme"))).toBe(true);
  const page = readFileSync(file, "utf8");
  expect(page).not.toMatch(/<script|<img/i);
  expect(page).toContain("default-src 'none'");
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  for (const dashboard of ["..", "../x", "/etc/x", "a/b", "C:\\x", ".", "🎉"]) {
    const made = await server.call<{ file: string }>("dashboard_update", { dashboard, widget: "w", data: 1 });
    expect(made.file).toMatch(/\/dashboards\/acme\/[a-z0-9-]+\.html$/);
  }
  expect(readdirSync(join(folder, "dashboards"))).toEqual(["acme"]);
});

async function opened() {
  const folder = temporaryDirectory();
  const mailbox = await catchingMailbox();
  const server = await hold(
    openNotification({
      STATE_DIR: join(folder.path, "state"),
      EXCHANGE_DIR: join(folder.path, "exchange"),
      DASHBOARD_DIR: join(folder.path, "dashboards"),
      SMTP_URL: mailbox.url,
      SLACK_WEBHOOK_URL: "http://127.0.0.1:9/",
      MAIL_FROM: "tutti@example.org",
      MAIL_RECIPIENTS: "@example.org",
    }),
  );
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await mailbox[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
  return { server, mailbox, folder: folder.path };
}
