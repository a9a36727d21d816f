import { isLocalAddress } from "../model/local-address.ts";

/** Under which names somebody may be asked, and by whose pages. */
export interface Reach {
  /** Whether other machines reach it: then addresses in numbers are as good as names of this machine. */
  readonly wide: boolean;
  /** Names beside those of this machine, with or without a port. */
  readonly allowedHosts: readonly string[];
  /** Pages beside those of this machine: `https://example.org`. */
  readonly allowedOrigins: readonly string[];
}

/** What a browser says of a request, and everybody else may say. */
export interface RequestSource {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/**
 * Why a request is not looked at: a page in somebody's browser has sent it under another name of this machine (DNS
 * rebinding, which the `Host` header gives away), or a page of elsewhere, which says so in `Origin`.
 */
export function reachFault({ host, origin }: RequestSource, reach: Reach): string | undefined {
  if (host === undefined || !isAllowedHost(host, reach))
    return "this host name is not one of this machine; serve.allowed_hosts may name more";
  if (origin === undefined || origin === `http://${host}` || origin === `https://${host}`) return undefined;
  return isAllowedOrigin(origin, reach) ? undefined : "pages of other machines may not ask this; serve.allowed_origins may name some";
}

function isAllowedHost(host: string, { wide, allowedHosts }: Reach): boolean {
  const address = `http://${host}`;
  if (isLocalAddress(address)) return true;
  const { hostname, host: withPort } = URL.parse(address) ?? { hostname: "", host: "" };
  // No name can be made to mean this machine by somebody else when it is no name.
  if (wide && isNumeric(hostname)) return true;
  return allowedHosts.some((allowed) => allowed.toLowerCase() === hostname || allowed.toLowerCase() === withPort);
}

function isAllowedOrigin(origin: string, { allowedOrigins }: Reach): boolean {
  return isLocalAddress(origin) || allowedOrigins.some((allowed) => allowed.replace(/\/$/, "").toLowerCase() === origin.toLowerCase());
}

/** As a parsed URL writes addresses in numbers. */
function isNumeric(hostname: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith("[");
}
