import { defined } from "../base/defined.ts";
import { quoted } from "../base/visible.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { insecureReason } from "../model/local-address.ts";
import type { HttpConnection, ServerAddress, StdioConnection, WebSocketConnection } from "../model/server.ts";
import type { ConnectionEntry } from "./connection-entry.ts";
import { absolutePath, expanded, expandedRecord } from "./entry-surroundings.ts";
import type { EntrySurroundings } from "./entry-surroundings.ts";
import { oauthConfig } from "./oauth-config.ts";
import { tlsConfig } from "./tls-config.ts";

/** Makes the final address of a server or replica; undefined when something is wrong with it, which has been reported. */
export function connectionConfig(
  entry: ConnectionEntry,
  what: "server" | "replica",
  reading: Reading,
  around: EntrySurroundings,
): ServerAddress | undefined {
  const { command, url, type } = entry;
  if (command === undefined && url === undefined) {
    const message = `"command" or "url" is missing: a ${what} is a program to start or an address`;
    return report(reading, "missing-key", message, { atKey: true });
  }
  if (command !== undefined && url !== undefined) {
    return report(within(reading, "command"), "contradiction", `a ${what} has a "command" or a "url", not both`, { atKey: true });
  }
  if (type !== undefined && (type === "stdio") !== (url === undefined)) {
    const message = `a ${what} of type ${quoted(type)} has a ${type === "stdio" ? '"command", not a "url"' : '"url", not a "command"'}`;
    return report(within(reading, "type"), "contradiction", message);
  }
  refuseKeysOfOthers(entry, reading);
  if (command !== undefined) return program(command, entry, reading, around);
  return url === undefined ? undefined : address(url, entry, reading, around);
}

/** The keys that say how a program is started, and those that say how an address is reached. */
const KEYS_OF = {
  command: { args: "args", env: "env", envFile: "env_file", cwd: "cwd" },
  url: { headers: "headers", tls: "tls", insecure: "insecure", oauth: "oauth" },
} as const;

function refuseKeysOfOthers(entry: ConnectionEntry, reading: Reading): void {
  const other = entry.command === undefined ? "command" : "url";
  for (const [property, key] of Object.entries(KEYS_OF[other])) {
    if (entry[property as keyof ConnectionEntry] === undefined) continue;
    report(within(reading, key), "contradiction", `${quoted(key)} goes with a ${quoted(other)}`, { atKey: true });
  }
}

function program(command: string, entry: ConnectionEntry, reading: Reading, around: EntrySurroundings): StdioConnection {
  const expand = (value: string, ...keys: readonly (string | number)[]): string => expanded(value, keys.reduce(within, reading), around);
  const file = expand(command, "command");
  const environmentFile = entry.envFile === undefined ? undefined : absolutePath(expand(entry.envFile, "env_file"), around);
  const fromFile = environmentFile === undefined ? {} : around.readEnvironmentFile(environmentFile, within(reading, "env_file"));
  return {
    kind: "stdio",
    command: /[/\\]/.test(file) ? absolutePath(file, around) : file,
    args: (entry.args ?? []).map((argument, index) => expand(argument, "args", index)),
    env: { ...fromFile, ...expandedRecord(entry.env, within(reading, "env"), around) },
    cwd: entry.cwd === undefined ? around.folder : absolutePath(expand(entry.cwd, "cwd"), around),
  };
}

function address(written: string, entry: ConnectionEntry, reading: Reading, around: EntrySurroundings): ServerAddress | undefined {
  const at = within(reading, "url");
  if (entry.type === "sse") {
    const message = '"sse" is the transport of 2024, which is not spoken here: the address is tried as Streamable HTTP';
    report(within(reading, "type"), "old-transport", message, { severity: "warning" });
  }
  const url = expanded(written, at, around);
  const headers = expandedRecord(entry.headers, within(reading, "headers"), around);
  if (url.includes("${")) return undefined;
  // In messages as it is written: the value of a variable may be a secret.
  const kind = kindOf(url);
  const fault = addressFault(kind, entry.type, url);
  if (kind === undefined || fault !== undefined) return report(at, "invalid-text", `${quoted(written)} ${fault}`);
  const connection = withNetworkKeys({ kind, url, headers }, entry, reading, around);
  const reason = insecureReason(connection);
  return reason === undefined ? connection : report(at, "insecure-address", reason);
}

type Kind = "http" | "websocket";

function kindOf(url: string): Kind | undefined {
  return KINDS[URL.parse(url)?.protocol ?? ""];
}

/** What is wrong with an address of that kind, if anything is. */
function addressFault(kind: Kind | undefined, type: ConnectionEntry["type"], url: string): string | undefined {
  if (kind === undefined) return "is no address - it begins with https://, http://, wss:// or ws://";
  if (type !== undefined && kind !== (/^(websocket|ws)$/.test(type) ? "websocket" : "http")) {
    return `is no address of type ${quoted(type)} - it begins with ${kind === "websocket" ? "https:// or http://" : "wss:// or ws://"}`;
  }
  if (kind === "http" || !url.includes("#")) return undefined;
  return 'has a fragment, which the address of a WebSocket cannot have: leave out "#" and what follows';
}

const KINDS: Readonly<Record<string, Kind>> = {
  "http:": "http",
  "https:": "http",
  "ws:": "websocket",
  "wss:": "websocket",
};

/** The address with what an entry says of its security. */
export function withNetworkKeys(
  connection: HttpConnection | WebSocketConnection,
  { tls, insecure, oauth }: Pick<ConnectionEntry, "tls" | "insecure" | "oauth">,
  reading: Reading,
  around: EntrySurroundings,
): HttpConnection | WebSocketConnection {
  const at = within(reading, "tls");
  if (tls !== undefined && /^(http|ws):/i.test(connection.url)) {
    const message = '"tls" has no meaning for an address that begins with http:// or ws://: use https:// or wss://';
    report(at, "contradiction", message, { atKey: true });
  }
  const secured = { ...connection, ...defined({ insecure, tls: tls === undefined ? undefined : tlsConfig(tls, at, around) }) };
  if (oauth === undefined) return secured;
  const login = within(reading, "oauth");
  if (secured.kind === "http") return { ...secured, oauth: oauthConfig(oauth, login, around) };
  return report(login, "contradiction", '"oauth" goes with an address that begins with https:// or http://', { atKey: true }) ?? secured;
}
