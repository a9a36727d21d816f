import { refuse } from "../reference-server.ts";

export type Headers = Readonly<Record<string, string>>;

const HEADERS_MAX = 100;
const HEADERS_CHARACTERS_MAX = 32_000;

/** These belong to the connection, or say which host is meant: with them a request could be made to be two. */
const OURS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What goes along to another origin than the one that was asked. All else may be a secret, or mean nothing there. */
const HARMLESS: ReadonlySet<string> = new Set(["accept", "accept-language", "content-language", "content-type", "user-agent"]);

/** The headers of a request, with names in small letters. @throws ToolError - one is none, or not to be set */
export function requestHeaders(given: Headers): Headers {
  const entries = Object.entries(given);
  if (entries.length > HEADERS_MAX) throw refuse(`a request has at most ${HEADERS_MAX} headers`);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > HEADERS_CHARACTERS_MAX) throw refuse(`the headers of a request have at most ${HEADERS_CHARACTERS_MAX} characters`);
  for (const [name, value] of entries) check(name, value);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value.trim()]));
}

/** What is left of the headers of a request when a redirect leads elsewhere. */
export function harmlessHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => HARMLESS.has(name)));
}

/** Without those that describe the body. */
export function bodilessHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")));
}

function check(name: string, value: string): void {
  const shown = JSON.stringify(name.slice(0, 100));
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) throw refuse(`${shown} is no name of a header`);
  if (OURS.has(name.toLowerCase())) throw refuse(`the header ${shown} is not to be set: it follows from the request`);
  // oxlint-disable-next-line no-control-regex -- a line break in a value would be a header of its own
  if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(value)) {
    throw refuse(`the value of the header ${shown} has a line break, a control character or one beyond Latin-1`);
  }
}
