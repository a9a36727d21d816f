import { listOf, recordOf } from "../definition/collection-types.ts";
import { choice, flag, text } from "../definition/scalar-types.ts";
import type { Fields } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { oauthEntry } from "./oauth-entry.ts";
import type { OAuthEntry } from "./oauth-entry.ts";
import { tlsEntry } from "./tls-entry.ts";
import type { TlsEntry } from "./tls-entry.ts";

/** How a server or one of its replicas is reached, as it stands in a configuration file. */
export interface ConnectionEntry {
  readonly type?: "stdio" | "http" | "streamable-http" | "streamableHttp" | "sse" | "websocket" | "ws";
  readonly command?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly cwd?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsEntry;
  readonly insecure?: boolean;
  readonly oauth?: OAuthEntry;
}

export const longText: ValueType<string> = text(32_768);
export const argument: ValueType<string> = {
  ...longText,
  read: (...given: Parameters<typeof longText.read>) => (given[0] === "" ? "" : longText.read(...given)),
};

/** The keys that servers and replicas have in common. */
export const CONNECTION_FIELDS: Fields<ConnectionEntry> = {
  type: {
    key: "type",
    type: choice("stdio", "http", "streamable-http", "streamableHttp", "sse", "websocket", "ws"),
    about: "how it is reached; follows from command or url",
  },
  command: { key: "command", type: longText, about: "the program to start, looked up in PATH; with a slash it is relative to this file" },
  args: { key: "args", type: listOf(argument, 1_000), about: "its arguments" },
  env: {
    key: "env",
    type: recordOf(argument, { most: 1_000 }),
    about: "environment variables for it, beside the few that every program needs",
  },
  envFile: { key: "env_file", aliases: ["envFile"], type: longText, about: "a file with more of them, NAME=value per line" },
  cwd: { key: "cwd", type: longText, about: "where it is started; the folder of this file if not given" },
  url: { key: "url", type: longText, about: "its address: https or wss; also http or ws, on this machine" },
  headers: { key: "headers", type: recordOf(argument, { most: 100 }), about: "HTTP headers to send" },
  tls: { key: "tls", type: tlsEntry, about: "certificates, in place of those that hold for all servers" },
  oauth: { key: "oauth", type: oauthEntry, about: "logs in when the address wants a login; true, or how" },
  insecure: {
    key: "insecure",
    type: flag,
    about: "true lets an address beyond this machine be http or ws, without encryption; false if not given",
  },
};
