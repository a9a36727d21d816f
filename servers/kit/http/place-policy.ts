import { isIP } from "node:net";
import { refuse } from "../reference-server.ts";
import { addressKind } from "./address-policy.ts";

const URL_CHARACTERS_MAX = 8_000;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };
const PLACE = /^((?:\*\.)?(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i;

/** Which hosts may be asked. */
export interface PlacePolicy {
  /** The URL, when it may be tried. @throws ToolError - it may not, and why */
  check(text: string): URL;
  /** Whether the operator has named this host and port as one that may be on a network of our own. */
  mayBePrivate(host: string, port: string): boolean;
}

/** @throws Error - an entry is none of `host`, `host:port` and `*.example.com`, or a private one has no port */
export function placePolicy(allowedHosts: readonly string[], allowPrivate: readonly string[]): PlacePolicy {
  const allowed = allowedHosts.map(placeOf);
  const own = allowPrivate.map(placeOf);
  const unclear = own.find(({ host, port }) => port === undefined || host.startsWith("*"));
  if (unclear !== undefined) throw new Error(`"${unclear.host}" may be private only with a port: right is "localhost:8080"`);
  const mayBePrivate = (host: string, port: string): boolean => own.some((place) => fits(place, bareHost(host), port));
  return {
    mayBePrivate,
    check(text) {
      const url = webAddress(text);
      const host = bareHost(url.hostname);
      const port = portOf(url);
      if (mayBePrivate(host, port)) return url;
      if (isIP(host) !== 0 && addressKind(host) !== "public")
        throw refuse(`${host} is no public address, and ${host}:${port} is not allowed`);
      if (allowed.length > 0 && !allowed.some((place) => fits(place, host, port))) {
        throw refuse(`the host ${host} is not allowed. Allowed are ${allowedHosts.join(", ").slice(0, 500)}`);
      }
      return url;
    },
  };
}

/** The port that a connection for it goes to. */
export function portOf(url: { readonly port: string; readonly protocol: string }): string {
  return url.port === "" ? (DEFAULT_PORTS[url.protocol] ?? "") : url.port;
}

interface Place {
  readonly host: string;
  readonly port?: string;
}

function placeOf(text: string): Place {
  const [, host, port] = PLACE.exec(text) ?? [];
  if (host === undefined) throw new Error(`"${text}" is no host: right is "example.com", "example.com:8080" or "*.example.com"`);
  // As URLs spell them, so that 127.1 and [0:0::1] are what they mean.
  const spelt = host.startsWith("*") || !URL.canParse(`http://${host}`) ? host.toLowerCase() : new URL(`http://${host}`).hostname;
  return { host: bareHost(spelt), ...(port === undefined ? {} : { port }) };
}

function fits(place: Place, host: string, port: string): boolean {
  if (place.port !== undefined && place.port !== port) return false;
  return place.host.startsWith("*.") ? host.endsWith(place.host.slice(1)) : place.host === host;
}

/** Without the brackets of an IPv6 address, and without the dot with which a full name may end. */
function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
}

function webAddress(text: string): URL {
  if (text.length > URL_CHARACTERS_MAX) throw refuse(`a URL has at most ${URL_CHARACTERS_MAX} characters`);
  const shown = text.slice(0, 200);
  if (!URL.canParse(text)) throw refuse(`"${shown}" is no URL. Right is "https://example.com/path"`);
  const url = new URL(text);
  if (DEFAULT_PORTS[url.protocol] === undefined) throw refuse(`${url.protocol} is not allowed: only http: and https: are`);
  if (url.username !== "" || url.password !== "") throw refuse("a URL must not hold a user or a password");
  if (bareHost(url.hostname) === "") throw refuse(`"${shown}" has no host`);
  return url;
}
