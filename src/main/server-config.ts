import { defined } from "../base/defined.ts";
import { isAbsolute, resolve } from "node:path";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import type { HttpConnection, ServerConfig, StdioConnection } from "../model/server.ts";
import { expandVariables } from "./expand-variables.ts";
import type { Variables } from "./expand-variables.ts";
import type { ServerEntry } from "./server-entry.ts";

/** What a server entry is seen against. */
export interface EntrySurroundings {
  readonly variables: Variables;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** Reads an `env_file`; reports and gives nothing when it cannot be read. */
  readonly readEnvironmentFile: (path: string, reading: Reading) => Readonly<Record<string, string>>;
}

/** Makes the final configuration of one server; undefined when something is wrong with it, which has been reported. */
export function serverConfig(name: string, entry: ServerEntry, reading: Reading, around: EntrySurroundings): ServerConfig | undefined {
  const connection = entry.url === undefined ? stdioConnection(entry, reading, around) : httpConnection(entry, entry.url, reading, around);
  if (connection === undefined) return undefined;
  return withEntry({ name, connection, honoursIdempotencyKey: false, effects: {}, requires: {} }, entry);
}

/** The configuration with all that an entry says, but for how the server is reached. */
export function withEntry(base: ServerConfig, entry: ServerEntry): ServerConfig {
  const { honoursIdempotencyKey, maxConcurrentCalls, connectTimeoutMs, protocolEra, trusted, context, metaSections, sensitive, injector } =
    entry;
  return {
    ...base,
    effects: { ...base.effects, ...entry.effects },
    requires: { ...base.requires, ...entry.requires },
    ...(entry.permissions === undefined ? {} : { permissions: { ...base.permissions, ...entry.permissions } }),
    ...defined({
      honoursIdempotencyKey,
      maxConcurrentCalls,
      connectTimeoutMs,
      protocolEra,
      trusted,
      context,
      metaSections,
      sensitive,
      injector,
    }),
  };
}

function stdioConnection(entry: ServerEntry, reading: Reading, around: EntrySurroundings): StdioConnection | undefined {
  if (entry.command === undefined) {
    return report(reading, "missing-key", '"command" or "url" is missing: a server is a program to start or an address', { atKey: true });
  }
  if (entry.type !== undefined && entry.type !== "stdio") {
    return report(within(reading, "type"), "contradiction", `a server of type "${entry.type}" has a "url", not a "command"`);
  }
  if (entry.headers !== undefined) {
    return report(within(reading, "headers"), "contradiction", '"headers" are for servers with a "url"', { atKey: true });
  }
  const expand = (value: string, ...keys: readonly (string | number)[]): string => expanded(value, keys.reduce(within, reading), around);
  const path = (value: string): string => (isAbsolute(value) ? value : resolve(around.folder, value));
  const command = expand(entry.command, "command");
  const fromFile =
    entry.envFile === undefined ? {} : around.readEnvironmentFile(path(expand(entry.envFile, "env_file")), within(reading, "env_file"));
  return {
    kind: "stdio",
    command: /[/\\]/.test(command) ? path(command) : command,
    args: (entry.args ?? []).map((argument, index) => expand(argument, "args", index)),
    env: { ...fromFile, ...expandedRecord(entry.env, within(reading, "env"), around) },
    cwd: entry.cwd === undefined ? around.folder : path(expand(entry.cwd, "cwd")),
  };
}

function httpConnection(entry: ServerEntry, address: string, reading: Reading, around: EntrySurroundings): HttpConnection | undefined {
  if (entry.command !== undefined) {
    return report(within(reading, "command"), "contradiction", 'a server has a "command" or a "url", not both', { atKey: true });
  }
  if (entry.type === "stdio")
    return report(within(reading, "type"), "contradiction", 'a server of type "stdio" has a "command", not a "url"');
  for (const key of ["args", "env", "env_file", "cwd"] as const) {
    const given = key === "env_file" ? entry.envFile : entry[key];
    if (given === undefined) continue;
    report(within(reading, key), "contradiction", `"${key}" is for servers with a "command"`, { atKey: true });
  }
  if (entry.type === "sse") {
    const message = '"sse" is the transport of 2024, which is not spoken here: the address is tried as Streamable HTTP';
    report(within(reading, "type"), "old-transport", message, { severity: "warning" });
  }
  const url = expanded(address, within(reading, "url"), around);
  if (!url.includes("${") && !isHttpUrl(url)) {
    return report(within(reading, "url"), "invalid-text", `"${url}" is no address - it begins with http:// or https://`);
  }
  return { kind: "http", url, headers: expandedRecord(entry.headers, within(reading, "headers"), around) };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function expanded(value: string, reading: Reading, around: EntrySurroundings): string {
  const { text, faults } = expandVariables(value, around.variables);
  for (const { code, message, offset, length } of faults) report(reading, code, message, { range: { offset, length } });
  return text;
}

function expandedRecord(
  record: Readonly<Record<string, string>> | undefined,
  reading: Reading,
  around: EntrySurroundings,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, expanded(value, within(reading, key), around)]));
}
