import type { Clock } from "../base/clock.ts";
import type { TlsMaterial } from "../base/tls-material.ts";
import type { ServerConfig, TlsConfig } from "../model/server.ts";
import type { ServerLog } from "./server-log.ts";

/** What TLS to a server is spoken with: its own files, or those for all servers. Nothing is loaded before it is asked for. */
export function connectionTls({ name: server, connection }: ServerConfig, common: TlsConfig, { clock, log }: TlsPorts): LoadTls {
  const files =
    (connection.kind === "stdio" || connection.kind === "machine" || connection.kind === "built-in" ? undefined : connection.tls) ?? common;
  const note = (text: string): void => log.write({ server, source: "connection", text });
  let loading: Promise<TlsMaterial> | undefined;
  return async () => {
    loading ??= import("../base/tls-material.ts").then(({ openTls }) => openTls(files, { clock, note }));
    return await loading;
  };
}

/** Gives the same every time. */
export type LoadTls = () => Promise<TlsMaterial>;

interface TlsPorts {
  readonly clock: Clock;
  readonly log: ServerLog;
}
