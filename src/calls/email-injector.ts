import { isJsonArray, isJsonObject, type Json, type JsonObject } from "../base/json.ts";
import { TuttiError } from "../model/errors.ts";
import type { EmailInjectorConfig, EmailSenderConfig } from "../model/server.ts";
import type { ContextInjector } from "./context-injector.ts";
import { type MailArgument, mailArgument } from "./mail-argument.ts";

/** `a@x.org` or `Name <a@x.org>`, without quotes, comments and groups: what is not surely one address is refused. */
const ADDRESS = /^(?:[^<>,;:"\\()@]*<([^\s<>,;:"\\()@]+@[^\s<>,;:"\\()@]+)>|([^\s<>,;:"\\()@]+@[^\s<>,;:"\\()@]+))$/;

/** What a header may be called (RFC 5322, section 2.2). */
const HEADER_NAME = /^[!-9;-~]+$/;

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** Characters that some program takes for the end of a line. */
const LINE_END = /[\r\n\0\u2028\u2029\u0085\v\f]/;

const DEPTH_MAX = 32;

/** Arguments that make a message, which then has a sender. */
const COMPOSING: ReadonlySet<MailArgument> = new Set(["recipients", "sender", "head"]);

/** What a server writes into one line of a head. */
const LINES: ReadonlySet<MailArgument> = new Set([...COMPOSING, "part"]);

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
      return Object.keys(params).some((key) => COMPOSING.has(mailArgument(key))) ? sentBy(sender, params) : params;
    },
  };
}

function sentBy(sender: EmailSenderConfig, params: JsonObject): JsonObject {
  const kept = Object.entries(params).filter(([key]) => mailArgument(key) !== "sender");
  const identity = { from: sender.from, ...(sender.replyTo === undefined ? {} : { reply_to: sender.replyTo }) };
  return { ...Object.fromEntries(kept), ...identity };
}

function checkArgument(key: string, value: Json, sender: EmailSenderConfig): void {
  const about = mailArgument(key);
  if (about === "sender") return;
  checkMember(key, about, value);
  if (about === "recipients") checkRecipients(key, value, sender);
  else if (about === "other") checkAddresses(key, value, sender);
  checkNested(key, value, 0);
}

/** @param key - the argument in which it is */
function checkMember(key: string, about: MailArgument, value: Json): void {
  if (about === "whole" && isWhole(value)) {
    throw invalid(`"${key}" has a whole message, whose recipients cannot be checked: pass its parts instead`);
  }
  // Two lines would be two headers.
  if (LINES.has(about) && hasLineEnd(value, 0)) throw invalid(`"${key}" has a line break, which would begin another header`);
  if (about === "headers") checkHeaders(key, value);
}

/** A media type, or a switch, only has such a name. */
function isWhole(value: Json): boolean {
  return typeof value === "string" ? !MEDIA_TYPE.test(value) : typeof value === "object" && value !== null;
}

function checkRecipients(key: string, value: Json, sender: EmailSenderConfig): void {
  for (const entry of isJsonArray(value) ? value : [value]) {
    if (typeof entry !== "string") throw invalid(`"${key}" must be an address or a list of addresses`);
    for (const part of entry.split(",")) {
      const address = addressIn(part);
      if (address === undefined) throw invalid(`"${key}" has "${part.trim()}", which is no address: it looks like a@example.org`);
      checkAllowed(key, address, sender);
    }
  }
}

/** Whatever holds addresses and nothing else may be where the mail goes, by any name. */
function checkAddresses(key: string, value: Json, sender: EmailSenderConfig): void {
  if (sender.recipients === undefined) return;
  for (const entry of isJsonArray(value) ? value : [value]) {
    if (typeof entry !== "string") continue;
    const parts = entry.split(/[,;\r\n]/).filter((part) => part.trim() !== "");
    const addresses = parts.flatMap((part) => addressIn(part) ?? []);
    const [first = ""] = parts;
    if (addressIn(first) !== undefined && LINE_END.test(entry)) {
      throw invalid(`"${key}" has a line break behind an address, which would begin another header`);
    }
    if (addresses.length === parts.length) for (const address of addresses) checkAllowed(key, address, sender);
  }
}

/** In lower case, without the name. */
function addressIn(text: string): string | undefined {
  const match = ADDRESS.exec(text.trim());
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function checkAllowed(key: string, address: string, { recipients }: EmailSenderConfig): void {
  if (recipients === undefined) return;
  const [local = "", domain = ""] = address.split("@");
  // Old servers send a@x.org%b.org and x.org!a on to the other place.
  const allowed = /[%!]/.test(local) ? [address] : [address, `@${domain}`];
  if (recipients.some((recipient) => allowed.includes(recipient.toLowerCase()))) return;
  throw new TuttiError("access.denied", `"${key}" has ${address}, to whom this tenant may not write`, { missing: [] });
}

/** Headers of the caller's own may not say who sends and who gets the message. */
function checkHeaders(key: string, value: Json): void {
  if (!isJsonObject(value) && !isJsonArray(value)) throw invalid(`"${key}" has headers that are neither an object nor a list`);
  if (hasLineEnd(value, 0)) throw invalid(`"${key}" has a line break, which would begin another header`);
  const named = isJsonObject(value) ? Object.keys(value) : [];
  const malformed = named.find((name) => !HEADER_NAME.test(name));
  if (malformed !== undefined) throw invalid(`"${key}" has "${malformed}", which cannot be the name of a header`);
  for (const name of isJsonArray(value) ? value.flatMap(nameOfHeader) : named) {
    const about = mailArgument(name);
    if (about === "recipients" || about === "sender") throw invalid(`"${key}" has "${name}": use the argument of that name`);
  }
}

function nameOfHeader(entry: Json): readonly string[] {
  if (typeof entry === "string") return [entry.split(":")[0] ?? ""];
  if (isJsonArray(entry)) return entry.slice(0, 1).flatMap((name) => (typeof name === "string" ? [name] : []));
  return isJsonObject(entry) ? [...Object.keys(entry), ...Object.values(entry).filter((text) => typeof text === "string")] : [];
}

function hasLineEnd(value: Json, depth: number): boolean {
  if (typeof value === "string") return LINE_END.test(value);
  if (depth > DEPTH_MAX) return true;
  if (isJsonArray(value)) return value.some((element) => hasLineEnd(element, depth + 1));
  return isJsonObject(value) && Object.entries(value).some(([name, member]) => LINE_END.test(name) || hasLineEnd(member, depth + 1));
}

/** Addresses deeper in the arguments would pass unseen. Values of a template that only have such a name are left alone. */
function checkNested(key: string, value: Json, depth: number): void {
  if (depth > DEPTH_MAX) throw invalid(`"${key}" is nested too deeply to be checked`);
  if (isJsonArray(value)) for (const element of value) checkNested(key, element, depth + 1);
  if (!isJsonObject(value)) return;
  for (const [name, member] of Object.entries(value)) {
    const about = mailArgument(name);
    if ((about === "recipients" || about === "sender") && JSON.stringify(member).includes("@")) {
      throw invalid(`"${key}" has "${name}" inside: senders and recipients must stand at the top of the arguments`);
    }
    checkMember(key, about, member);
    checkNested(key, member, depth + 1);
  }
}

function invalid(problem: string): TuttiError {
  return new TuttiError("input.invalid", problem, { problems: [problem] });
}
