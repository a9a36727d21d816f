import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { JsonObject } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { type Exchange, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import type { Outbox } from "../kit/state/outbox.ts";
import { changed, messageIdOf, momentOf, sendingOptions, settled, type Standing, standing, standingOf } from "./delivering.ts";
import { isAmong, mailAddress } from "./mail-address.ts";
import type { MailTemplates } from "./mail-templates.ts";
import { manyLines, oneLine } from "./one-line.ts";
import type { Letter } from "./smtp-delivery.ts";

/** What send_email needs. */
export interface MailPorts {
  readonly outbox: Outbox;
  readonly exchange: Exchange;
  readonly templates: MailTemplates;
  readonly settings: MailSettings;
}

export interface MailSettings {
  /** Whether there is a mail server. */
  readonly ready: boolean;
  /** Who sends, unless the call says so. */
  readonly from: string;
  /** Who else may be named as the sender: addresses, and domains as `@example.org`. */
  readonly fromAllowed: readonly string[];
  /** Who may be written to; everybody if it is empty. */
  readonly recipientsAllowed: readonly string[];
}

const RECIPIENTS_MAX = 100;
const TEXT_CHARACTERS_MAX = 200_000;
const ATTACHMENTS_BYTES_MAX = 5 * 2 ** 20;

const addresses = z.array(mailAddress.describe("Such as name@example.org")).max(50);
const input = z.strictObject({
  to: addresses.describe("Who gets it").optional(),
  cc: addresses.describe("Who gets it too").default([]),
  subject: oneLine(500).describe("One line; that of the template if not given").optional(),
  body: manyLines(TEXT_CHARACTERS_MAX).describe("The text. Either this, or template").optional(),
  html: manyLines(TEXT_CHARACTERS_MAX).describe("The same as HTML, beside the text").optional(),
  template: z.string().max(100).describe("A letter that is written beforehand, by its name").optional(),
  parameters: z.record(z.string().max(200), z.json().describe("Its value")).describe("What is put into the template").default({}),
  attachments: z.array(exchangeName.describe("A file in the exchange")).max(10).describe("5 MiB in all").default([]),
  from: mailAddress.describe("Who sends; only what the operator allows").optional(),
  reply_to: mailAddress.describe("Where answers go").optional(),
  ...sendingOptions,
});

/** Sends mail through the outbox. */
export function sendEmailTool(ports: MailPorts): ToolPlan {
  return defineTool({
    name: "send_email",
    title: "Send an e-mail",
    description:
      "Sends an e-mail, as text or from a template, at once or at send_at. It is kept until the mail server has taken it, also across crashes, with the same Message-ID in all attempts. What was given up can be sent again with resend.",
    effect: "changes",
    openWorld: true,
    input,
    output: z.object({
      ...standing,
      accepted: z.array(z.string()).describe("Recipients that the mail server has taken, once it is sent").exactOptional(),
      rejected: z.array(z.string()).describe("Recipients that it has refused").exactOptional(),
    }),
    async run(parameters, scope) {
      const answer = changed(parameters, { outbox: ports.outbox, scope }) ?? queued(parameters, scope, ports);
      return await waitedFor(answer, parameters, { outbox: ports.outbox, scope });
    },
    again: async (answer, parameters, scope) => await waitedFor(answer, parameters, { outbox: ports.outbox, scope }),
  });
}

async function waitedFor(answer: Standing, { wait_ms: waitMs }: Input, waiting: Parameters<typeof settled>[2]) {
  const { standing, record } = await settled(answer, waitMs, waiting);
  const taken = record?.answer as { accepted: string[]; rejected: string[] } | null | undefined;
  return { ...standing, ...(taken === undefined || taken === null ? {} : { accepted: taken.accepted, rejected: taken.rejected }) };
}

type Input = z.output<typeof input>;

function queued(parameters: Input, scope: ToolScope, ports: MailPorts): Standing {
  const { outbox } = ports;
  const id = messageIdOf(scope, "mail");
  const moment = momentOf(parameters.send_at, scope.now);
  const date = new Date(moment.notBeforeMs ?? scope.now.getTime());
  const letter = letterOf(parameters, { id, date, tenant: scope.tenant }, ports);
  return scope.once(() => {
    outbox.add({ id, tenant: scope.tenant, kind: "email", target: "mail", payload: letter as unknown as JsonObject, ...moment });
    const record = outbox.find(scope.tenant, id);
    return record === undefined ? { message_id: id, status: "queued" } : standingOf(record, Date.now());
  });
}

interface Beside {
  readonly id: string;
  readonly date: Date;
  readonly tenant: string;
}

function letterOf(parameters: Input, { id, date, tenant }: Beside, { settings, templates, exchange }: MailPorts): Letter {
  if (!settings.ready) throw refuse("no mail can be sent here: SMTP_URL is not set");
  const { to = [], cc, from = settings.from, reply_to: replyTo, attachments } = parameters;
  refuseRecipients(to, cc, settings);
  if (from !== settings.from && !isAmong(from, settings.fromAllowed))
    throw refuse(`"${from}" may not be the sender. The sender is ${settings.from}`);
  return {
    messageId: `${id}@${settings.from.split("@")[1] ?? "localhost"}`,
    from,
    to,
    cc,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...contentOf(parameters, templates),
    attachments: attached(attachments, tenant, exchange),
    date: date.toISOString(),
  };
}

function refuseRecipients(to: readonly string[], cc: readonly string[], { recipientsAllowed }: MailSettings): void {
  if (to.length === 0) throw refuse("to says who gets it: it has at least one address");
  if (to.length + cc.length > RECIPIENTS_MAX) throw refuse(`an e-mail has at most ${RECIPIENTS_MAX} recipients`);
  const stranger = [...to, ...cc].find((address) => recipientsAllowed.length > 0 && !isAmong(address, recipientsAllowed));
  if (stranger !== undefined)
    throw refuse(`"${stranger}" may not be written to. Allowed are ${recipientsAllowed.join(", ").slice(0, 500)}`);
}

function contentOf(
  { subject, body, html, template, parameters }: Input,
  templates: MailTemplates,
): Pick<Letter, "subject" | "text" | "html"> {
  if ((body === undefined) === (template === undefined)) throw refuse("either body or template says what is in it");
  if (template !== undefined) {
    if (html !== undefined) throw refuse("html goes with body: a template has its own");
    const rendered = templates.render(template, parameters);
    return { ...rendered, subject: checkedSubject(subject ?? rendered.subject) };
  }
  if (subject === undefined) throw refuse("an e-mail with a body has a subject");
  return { subject, text: body ?? "", ...(html === undefined ? {} : { html }) };
}

/** What a template has made of its parameters is looked at as what callers write is. */
function checkedSubject(subject: string): string {
  const checked = oneLine(500).safeParse(subject);
  if (!checked.success) throw refuse("the subject of the template is empty, too long or more than one line with these parameters");
  return checked.data;
}

function attached(files: readonly string[], tenant: string, exchange: Exchange): Letter["attachments"] {
  let left = ATTACHMENTS_BYTES_MAX;
  return files.map((file) => {
    const path = exchange.existing(tenant, file);
    left -= statSync(path).size;
    if (left < 0) throw refuse(`the attachments of an e-mail have at most ${ATTACHMENTS_BYTES_MAX} bytes`);
    return { name: basename(file), base64: readFileSync(path).toString("base64") };
  });
}
