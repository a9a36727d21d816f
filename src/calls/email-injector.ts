import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import type { EmailInjectorConfig, EmailSenderConfig } from "../model/server.ts";
import type { ContextInjector } from "./context-injector.ts";

/** Names of arguments, without case and underscores. Servers spell them differently, and one that is missed is a way out. */
const RECIPIENTS: ReadonlySet<string> = new Set(
  ["to", "cc", "bcc", "recipient", "recipients"].flatMap((name) => [
    name,
    `${name}email`,
    `${name}emails`,
    `${name}address`,
    `${name}addresses`,
  ]),
);
const SENDERS: ReadonlySet<string> = new Set(["from", "fromemail", "fromaddress", "sender", "replyto", "returnpath", "envelopefrom"]);
/** Whole messages, whose recipients nobody can check. */
const RAW: ReadonlySet<string> = new Set(["raw", "mime", "eml", "rfc822"]);
/** What a server writes into one line of the head of a message. */
const HEAD_LINES: ReadonlySet<string> = new Set([...RECIPIENTS, ...SENDERS, "subject", "inreplyto", "references", "messageid"]);

/** `a@x.org` or `Name <a@x.org>`, without quotes, comments and groups: what is not surely one address is refused. */
const ADDRESS = /^(?:[^<>,;:"\\()@]*<([^\s<>,;:"\\()@]+@[^\s<>,;:"\\()@]+)>|([^\s<>,;:"\\()@]+@[^\s<>,;:"\\()@]+))$/;

const DEPTH_MAX = 32;

/**
 * Sends mail as the tenant, to those to whom the tenant may write: sets `from` and `reply_to`, whatever the caller put
 * there, and refuses recipients that the configuration does not allow. It gives no claims away. A tenant without a
 * sender cannot use the server at all.
 */
export function emailContextInjector({ senders }: EmailInjectorConfig): ContextInjector {
  return {
    supportsTool: () => true,
    async injectContext(params, { tenant }) {
      if (tenant === undefined) throw new TuttiError("tenant.invalid", "No tenant in context", {});
      const sender = Object.hasOwn(senders, tenant) ? senders[tenant] : undefined;
      if (sender === undefined) {
        throw new TuttiError("access.denied", `the tenant "${tenant}" has no sender, so it cannot send mail`, { missing: [] });
      }
      for (const [key, value] of Object.entries(params)) checkArgument(key, value, sender);
      return Object.keys(params).some((key) => HEAD_LINES.has(plain(key))) ? sentBy(sender, params) : params;
    },
  };
}

function sentBy(sender: EmailSenderConfig, params: JsonObject): JsonObject {
  const kept = Object.entries(params).filter(([key]) => !SENDERS.has(plain(key)));
  const identity = { from: sender.from, ...(sender.replyTo === undefined ? {} : { reply_to: sender.replyTo }) };
  return { ...Object.fromEntries(kept), ...identity };
}

function checkArgument(key: string, value: Json, sender: EmailSenderConfig): void {
  const name = plain(key);
  if (RAW.has(name)) throw invalid(`"${key}" is a whole message, whose recipients cannot be checked: pass its parts instead`);
  if (HEAD_LINES.has(name)) checkLines(key, value);
  if (RECIPIENTS.has(name)) checkRecipients(key, value, sender);
  else if (name === "headers") checkHeaders(value);
  else checkNested(key, value, 0);
}

function checkLines(key: string, value: Json): void {
  const texts = isJsonArray(value) ? value : [value];
  // Two lines would be two headers.
  const broken = texts.some((text) => typeof text === "string" && /[\r\n\0\u2028\u2029\u0085\v\f]/.test(text));
  if (broken) throw invalid(`"${key}" has a line break, which would begin another header`);
}

function checkRecipients(key: string, value: Json, { recipients }: EmailSenderConfig): void {
  for (const entry of isJsonArray(value) ? value : [value]) {
    if (typeof entry !== "string") throw invalid(`"${key}" must be an address or a list of addresses`);
    for (const part of entry.split(",")) {
      const match = ADDRESS.exec(part.trim());
      const address = (match?.[1] ?? match?.[2])?.toLowerCase();
      if (address === undefined) throw invalid(`"${key}" has "${part.trim()}", which is no address: it looks like a@example.org`);
      if (recipients !== undefined && !allowed(address, recipients)) {
        throw new TuttiError("access.denied", `"${key}" has ${address}, to whom this tenant may not write`, { missing: [] });
      }
    }
  }
}

function allowed(address: string, recipients: readonly string[]): boolean {
  const domain = address.slice(address.indexOf("@"));
  return recipients.some((recipient) => [address, domain].includes(recipient.toLowerCase()));
}

/** Headers of the caller's own may not say who sends and who gets the message. */
function checkHeaders(value: Json): void {
  const names = isJsonObject(value) ? Object.keys(value) : isJsonArray(value) ? value.flatMap(nameOfHeader) : [];
  if (!isJsonObject(value) && !isJsonArray(value)) throw invalid('"headers" must be an object or a list');
  for (const name of names) {
    const known = plain(name);
    if (RECIPIENTS.has(known) || SENDERS.has(known)) throw invalid(`"headers" has "${name}": use the argument of that name`);
    checkLines("headers", name);
  }
  if (hasBrokenLine(value, 0)) throw invalid('"headers" has a line break, which would begin another header');
}

function nameOfHeader(entry: Json): readonly string[] {
  if (typeof entry === "string") return [entry.split(":")[0] ?? ""];
  if (isJsonArray(entry)) return entry.slice(0, 1).flatMap((name) => (typeof name === "string" ? [name] : []));
  return isJsonObject(entry) ? [...Object.keys(entry), ...Object.values(entry).filter((text) => typeof text === "string")] : [];
}

function hasBrokenLine(value: Json, depth: number): boolean {
  if (typeof value === "string") return /[\r\n\0]/.test(value);
  if (depth > DEPTH_MAX) return true;
  if (isJsonArray(value)) return value.some((element) => hasBrokenLine(element, depth + 1));
  return isJsonObject(value) && Object.values(value).some((member) => hasBrokenLine(member, depth + 1));
}

/** Addresses deeper in the arguments would pass unseen. Values of a template that only have such a name are left alone. */
function checkNested(key: string, value: Json, depth: number): void {
  if (depth > DEPTH_MAX) throw invalid(`"${key}" is nested too deeply to be checked`);
  if (isJsonArray(value)) for (const element of value) checkNested(key, element, depth + 1);
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const known = plain(name);
    if ((RECIPIENTS.has(known) || SENDERS.has(known)) && JSON.stringify(member).includes("@")) {
      throw invalid(`"${key}" has "${name}" inside: senders and recipients must stand at the top of the arguments`);
    }
    checkNested(key, member, depth + 1);
  }
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

function invalid(problem: string): TuttiError {
  return new TuttiError("input.invalid", problem, { problems: [problem] });
}
