import { isJsonObject } from "../base/json.ts";
import type { EnvelopeError } from "./envelope-error.ts";
import { VARIANT_TRAITS } from "./variant-traits.ts";

/**
 * What a person who uses the service is told: a sentence without anything of the inside. Only an error in what that
 * person has given is told in its own words, because he has to know what to change; and only as far as they are his.
 */
export function userMessage(error: EnvelopeError): string {
  return isAboutRequest(error) && isPlain(error.message) ? error.message : VARIANT_TRAITS[error.type].userMessage;
}

/** An error of the same kind that a server has answered is about what the server was sent, and in the server's words. */
function isAboutRequest({ type, details }: EnvelopeError): boolean {
  if (type !== "Validation" && type !== "Envelope") return false;
  return !isJsonObject(details) || !FROM_A_CALL.some((key) => Object.hasOwn(details, key));
}

const FROM_A_CALL = ["server", "tool", "kind", "data", "detail"];

const LETTERS_MAX = 300;

function isPlain(message: string): boolean {
  return message.trim() !== "" && message.length <= LETTERS_MAX && !TECHNICAL.some((pattern) => pattern.test(message));
}

const TECHNICAL: readonly RegExp[] = [
  // Lines of a trace, and whatever could hide or move text on a screen.
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u,
  // Absolute paths, addresses, places in code.
  /(^|[\s"'`(=:])([/\\]|~[/\\]|[A-Za-z]:\\)[\w.-]+/,
  /\b[a-z][a-z0-9+.-]*:\/\//i,
  /\.[cm]?[jt]sx?:\d+|\bat \S+ \(/,
  /\b\w+(Error|Exception)\b|\bE[A-Z]{4,}\b/,
];
