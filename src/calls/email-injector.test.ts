import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { emailContextInjector } from "./email-injector.ts";

const injector = emailContextInjector({
  kind: "email",
  senders: {
    acme: { from: "Acme <shop@acme.example>", replyTo: "help@acme.example", recipients: ["@acme.example", "Bob@partner.example"] },
    free: { from: "info@free.example" },
  },
});

async function sent(params: JsonObject, tenant = "acme"): Promise<JsonObject> {
  return await injector.injectContext(params, { tenant });
}

test("mail is sent as the tenant, whatever the caller put there", async () => {
  const params = {
    to: "ann@acme.example",
    from: "chief@bank.example",
    replyTo: "eve@evil.example",
    sender: "x@y.example",
    sender_email: "x@y.example",
    mailFrom: "x@y.example",
    "reply-to-address": "x@y.example",
    from_name: "The President",
    subject: "Hi",
    body: "b\r\nc",
  };
  const identity = { from: "Acme <shop@acme.example>", reply_to: "help@acme.example" };
  expect(await sent(params)).toEqual({ to: "ann@acme.example", subject: "Hi", body: "b\r\nc", ...identity });
  expect(await sent({ to: "anybody@anywhere.example", reply_to: "eve@evil.example" }, "free")).toEqual({
    to: "anybody@anywhere.example",
    from: "info@free.example",
  });
});

test.each([
  { to: "ann@acme.example" },
  { to: ["ann@ACME.example", "bob@partner.example"] },
  { to: "Ann B. <ann@acme.example>, bob@partner.example" },
  { cc: "ann@acme.example", bcc: ["bob@partner.example"] },
  { recipients: ["ann@acme.example"], headers: { "X-Priority": "1" } },
  { to: "ann@acme.example", template: { to: "Bob", from: "all of us" } },
  { to: "ann@acme.example", data: { customer: "eve@evil.example", name: "Eve" }, body: "eve@evil.example" },
  { to: "ann@acme.example", contact: "bob@partner.example", note: "write to eve@evil.example if you must" },
  { to: "ann@acme.example", attachments: [{ filename: "a.png", mime: "image/png", content: "a\r\nb" }] },
])("%j may be sent", async (params) => {
  expect(await sent(params)).toMatchObject({ ...params, from: "Acme <shop@acme.example>" });
});

test.each([
  [{ to: "eve@evil.example" }, "access.denied"],
  [{ to: ["ann@acme.example", "eve@evil.example"] }, "access.denied"],
  [{ to: "ann@acme.example, eve@evil.example" }, "access.denied"],
  [{ to: "ann@acme.example", bcc: "eve@evil.example" }, "access.denied"],
  [{ TO_EMAILS: ["eve@evil.example"] }, "access.denied"],
  [{ to: "ann@sub.acme.example" }, "access.denied"],
  [{ to: "acme.example@evil.example" }, "access.denied"],
  [{ to: "eve@evil.example <ann@acme.example>" }, "input.invalid"],
  [{ to: '"ann@acme.example" <eve@evil.example>' }, "input.invalid"],
  [{ to: "<ann@acme.example><eve@evil.example>" }, "input.invalid"],
  [{ to: "list:ann@acme.example,eve@evil.example;" }, "input.invalid"],
  [{ to: "ann@acme.example;eve@evil.example" }, "input.invalid"],
  [{ to: "ann@evil.example@acme.example" }, "input.invalid"],
  [{ to: "ann@acme.example\r\nBcc: eve@evil.example" }, "input.invalid"],
  [{ to: { address: "eve@evil.example" } }, "input.invalid"],
  [{ to: 7 }, "input.invalid"],
  [{ to: "" }, "input.invalid"],
  [{ to: "[secret ADDRESS]" }, "input.invalid"],
  [{ to: "ann@acme.example", subject: "Hi\nBcc: eve@evil.example" }, "input.invalid"],
  [{ to: "ann@acme.example", headers: { Bcc: "eve@evil.example" } }, "input.invalid"],
  [{ to: "ann@acme.example", headers: [{ name: "Reply-To", value: "eve@evil.example" }] }, "input.invalid"],
  [{ to: "ann@acme.example", headers: ["bcc: eve@evil.example"] }, "input.invalid"],
  [{ to: "ann@acme.example", headers: { "X-Note": "a\r\nBcc: eve@evil.example" } }, "input.invalid"],
  [{ to: "ann@acme.example", headers: "Bcc: eve@evil.example" }, "input.invalid"],
  [{ to: "ann@acme.example", headers: { "Bcc ": "eve@evil.example" } }, "input.invalid"],
  [{ to: "ann@acme.example", headers: { "Resent-Bcc": "eve@evil.example" } }, "input.invalid"],
  [{ to: "ann@acme.example", headers: { "Bcc: eve@evil.example, X": "1" } }, "input.invalid"],
  [{ to: "ann@acme.example", header: "Bcc: eve@evil.example" }, "input.invalid"],
  [{ to: "ann@acme.example", custom_headers: ["Bcc: eve@evil.example"] }, "input.invalid"],
  [{ to: "ann@acme.example", extraHeaders: [{ name: "Bcc", value: "eve@evil.example" }] }, "input.invalid"],
  [{ message: { headers: ["Bcc: eve@evil.example"] } }, "input.invalid"],
  [{ to: "ann@acme.example", recipient_list: ["eve@evil.example"] }, "access.denied"],
  [{ toRecipients: ["eve@evil.example"] }, "access.denied"],
  [{ "to ": "eve@evil.example" }, "access.denied"],
  [{ rcpt_to: "eve@evil.example" }, "access.denied"],
  [{ sendTo: "eve@evil.example" }, "access.denied"],
  [{ email: "eve@evil.example" }, "access.denied"],
  [{ whom: ["ann@acme.example; Eve <eve@evil.example>"] }, "access.denied"],
  [{ to: "eve%evil.example@acme.example" }, "access.denied"],
  [{ to: "evil.example!eve@acme.example" }, "access.denied"],
  [{ to: "ann@acme.example", attachments: [{ filename: "a\r\nBcc: eve@evil.example" }] }, "input.invalid"],
  [{ message: { subject: "Hi\nBcc: eve@evil.example" } }, "input.invalid"],
  [{ subject: { text: "Hi\nBcc: eve@evil.example" } }, "input.invalid"],
  [{ raw: "To: eve@evil.example" }, "input.invalid"],
  [{ raw_message: "To: eve@evil.example" }, "input.invalid"],
  [{ message: { raw: "VG86IGV2ZUBldmlsLmV4YW1wbGU" } }, "input.invalid"],
  [{ message: { mime: "To: eve@evil.example" } }, "input.invalid"],
  [{ message: { to: "eve@evil.example" } }, "input.invalid"],
  [{ messages: [{ cc: [{ email: "eve@evil.example" }] }] }, "input.invalid"],
] as const)("%j is refused: %s", async (params, code) => {
  await expect(sent(params)).rejects.toMatchObject({ code });
});

test("without a tenant, and for a tenant without a sender, nothing is sent and nothing is looked up", async () => {
  await expect(injector.injectContext({ to: "ann@acme.example" }, {})).rejects.toMatchObject({ code: "tenant.invalid" });
  for (const tenant of ["globex", "constructor", "__proto__"])
    await expect(sent({}, tenant)).rejects.toMatchObject({ code: "access.denied" });
  expect(await sent({ folder: "inbox" })).toEqual({ folder: "inbox" });
});
