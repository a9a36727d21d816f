import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { defineTool, Refusal, type Service, type ToolScope } from "../../sqlite-service/service.ts";

const sent = z.object({ message_id: z.string(), file: z.string() });

const verifyEmail = defineTool({
  name: "verify_email",
  description: "Sends the letter with which somebody shows that an address is theirs. An address that takes no letters is refused.",
  effect: "changes",
  input: z.object({ to: z.string().min(3), name: z.string() }),
  output: sent,
  run(scope, { to, name }) {
    // A real service would learn this from the other side's server. RFC 6761 keeps this domain for addresses that never work.
    if (to.endsWith(".invalid")) throw new Refusal(`${to} takes no letters`);
    const text = `Dear ${name},\n\nplease confirm that this is your address: https://example.com/confirm/${encodeURIComponent(to)}`;
    return send(scope, { to, subject: "Please confirm your address", text });
  },
});

const sendWelcome = defineTool({
  name: "send_welcome",
  description: "Sends a letter of welcome.",
  effect: "changes",
  input: z.object({ to: z.string().min(3), name: z.string() }),
  output: sent,
  run: (scope, { to, name }) => send(scope, { to, subject: "Welcome", text: `Dear ${name},\n\nit is good to have you here.` }),
});

/** Sends letters: into a folder, where you can read them. */
export const emailService: Service = {
  title: "E-mail service",
  store: {
    name: "email",
    schema: `
CREATE TABLE letters (
  number INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  sent_at TEXT NOT NULL
) STRICT;`,
    seed: () => undefined,
  },
  tools: [verifyEmail, sendWelcome],
};

interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Writes the letter before the transaction ends: a letter that is recorded is there. If the process dies in between,
 * the number is given again, and the file with it.
 */
function send({ database, tenant, now }: ToolScope, { to, subject, text }: Letter): z.infer<typeof sent> {
  const { lastInsertRowid: number } = database
    .prepare("INSERT INTO letters (tenant, recipient, subject, sent_at) VALUES (?, ?, ?, ?)")
    .run(tenant, to, subject, now.toISOString());
  const folder = join(process.env["STATE_DIR"] ?? "out", "mail");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${number}.eml`);
  const header = [`From: hello@${tenant}.example`, `To: ${oneLine(to)}`, `Subject: ${oneLine(subject)}`, `Date: ${now.toUTCString()}`];
  writeFileSync(`${file}.new`, `${header.join("\r\n")}\r\n\r\n${text.replaceAll("\n", "\r\n")}\r\n`);
  renameSync(`${file}.new`, file);
  return { message_id: `<${number}@${tenant}.example>`, file };
}

/** A line break would begin another header. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, " ");
}
