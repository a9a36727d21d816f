import { listOf } from "../definition/collection-types.ts";
import { wrongType } from "../definition/reading.ts";
import { flag, numberIn, textLike } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import type { RateLimit } from "../model/server.ts";
import { listenTlsEntry } from "./listen-tls-entry.ts";
import type { ListenTlsEntry } from "./listen-tls-entry.ts";
import { rate } from "./rate-limit-entry.ts";

/** The keys of `serve`, before variables and relative paths are put in. */
export interface ServeEntry {
  readonly host?: string;
  readonly port?: number;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly tls?: ListenTlsEntry;
  readonly insecure?: boolean;
  readonly rate?: RateLimit;
  readonly dashboard?: number | boolean;
}

/** A port to listen at; 0 takes any that is free. */
export const listenPort: ValueType<number> = numberIn({ min: 0, max: 65_535 });

/** A name or an address of this machine, without a port. */
export const listenHost: ValueType<string> = textLike(
  /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$/,
  'a name or an address such as "127.0.0.1", "::1" or "0.0.0.0", without a port',
  255,
);

const allowedHost = textLike(
  /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:\d{1,5})?$/,
  'a name as it stands in an address, such as "tutti.example.com" or "tutti.example.com:8113"',
  255,
);

const allowedOrigin = textLike(
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#@]+$/,
  'where a page comes from is written "https://app.example.com", with the port if it has one and nothing behind',
  2_048,
);

/** A port, or `true` for the usual one. */
const dashboard: ValueType<number | boolean> = {
  read(value, reading) {
    if (typeof value === "boolean") return value;
    return typeof value === "number" ? listenPort.read(value, reading) : wrongType(reading, "true, false or a port", value);
  },
  print: (value) => value,
  schema: (definitions) => ({ anyOf: [flag.schema(definitions), listenPort.schema(definitions)] }),
};

/** Where `tutti serve` listens and whom it answers, as docs/configuration.md lists it. */
export const serveEntry: ValueType<ServeEntry> = shape<ServeEntry>("serve", {
  host: {
    key: "host",
    type: listenHost,
    about: "where it listens; 127.0.0.1, which only this machine can reach, if not given; wider needs identity or api_keys",
  },
  port: { key: "port", type: listenPort, about: "the port; 8113 if not given, and 0 for any that is free" },
  allowedHosts: {
    key: "allowed_hosts",
    type: listOf(allowedHost, 100),
    about: "names under which it may be asked for, beside those of this machine",
  },
  allowedOrigins: {
    key: "allowed_origins",
    type: listOf(allowedOrigin, 100),
    about: "where pages come from that may ask it, beside this machine, such as https://app.example.com",
  },
  tls: { key: "tls", type: listenTlsEntry, about: "certificates, for https and wss" },
  insecure: {
    key: "insecure",
    type: flag,
    about: "true lets it listen beyond this machine although nobody is asked who they are; false if not given",
  },
  rate: { key: "rate", type: rate, about: "how many requests each caller may send in a span of time; 100/s if not given" },
  dashboard: {
    key: "dashboard",
    type: dashboard,
    about: "the port of the dashboard, or true for 8090; there is none if not given",
  },
});
