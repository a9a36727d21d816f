import type { ServerAddress } from "./server.ts";

/** Whether a URL leads to this machine: `localhost`, 127.0.0.0/8 and ::1. False when it is no URL. */
export function isLocalAddress(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? "";
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Why a server may not be talked to in the clear, and what would be right; undefined when it may. */
export function insecureReason(connection: ServerAddress): string | undefined {
  if (connection.kind === "stdio" || connection.kind === "machine" || connection.kind === "built-in") return undefined;
  if (connection.insecure === true || isLocalAddress(connection.url)) return undefined;
  const plain = URL.parse(connection.url)?.protocol ?? "";
  const safe = SAFE_PROTOCOLS[plain];
  if (safe === undefined) return undefined;
  return `${plain}// leaves this machine unencrypted (${shownAddress(connection.url)}): use ${safe}//, or say "insecure: true" where the network is trusted`;
}

const SAFE_PROTOCOLS: Readonly<Record<string, string>> = { "http:": "https:", "ws:": "wss:" };

/** Without what may be secret in it: user, password and query. */
function shownAddress(url: string): string {
  const { host = "", pathname = "" } = URL.parse(url) ?? {};
  return `${host}${pathname}`;
}
