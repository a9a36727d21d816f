import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { localhostAllowedHostnames, localhostAllowedOrigins, validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import { systemClock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { tlsListening } from "../base/tls-listening.ts";

const HOST = "127.0.0.1";
const PATH = "/mcp";
const CONNECTIONS_MAX = 1_000;
const HANDSHAKE_WITHIN_MS: Ms = 10_000;

/** Where a server listens, and with which certificate. */
export interface ListenSettings {
  /** 0 takes a free one. */
  readonly port: number;
  /** Without it, it is not encrypted. */
  readonly tls?: ServerTls;
}

/** The certificate of a server, as files in PEM. They are read again when they change. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Lets in only clients that show a certificate of one of these authorities. */
  readonly caFile?: string;
}

/**
 * Listens on this machine, and nowhere else.
 *
 * @throws Error - the port is taken, or the certificate is of no use
 */
export async function listenLocally({ port, tls }: ListenSettings): Promise<Server> {
  const listener = tls === undefined ? createServer() : createTlsListener(tls);
  listener.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, HOST, () => {
      listener.off("error", reject);
      resolve();
    });
  });
  return listener;
}

/** The address of a listener, for the protocol `http` or `ws`. */
export function addressOf(listener: Server, protocol: "http" | "ws", { tls }: ListenSettings): string {
  return `${protocol}${tls === undefined ? "" : "s"}://${HOST}:${(listener.address() as AddressInfo).port}${PATH}`;
}

/** Why a request is not looked at, and the HTTP status for that. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** A page in somebody's browser must not reach a server of this machine, also not under another name of it (DNS rebinding). */
export function refusalOf(incoming: IncomingMessage, path: string = PATH): Refusal | undefined {
  const { headers } = incoming;
  if (!validateHostHeader(headers.host, localhostAllowedHostnames()).ok) return { status: 403, reason: "this host is not allowed" };
  if (!validateOriginHeader(headers.origin, localhostAllowedOrigins()).ok) return { status: 403, reason: "this origin is not allowed" };
  return pathOf(incoming) === path ? undefined : { status: 404, reason: `the server is at ${PATH}` };
}

/** The path that a request asks for, without its query. */
export function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? url;
}

function createTlsListener(tls: ServerTls): Server {
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  const { options, keepFresh } = tlsListening(tls, { clock: systemClock, note });
  const listener = createTlsServer({ ...options, handshakeTimeout: HANDSHAKE_WITHIN_MS });
  keepFresh(listener);
  return listener;
}
