import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { PeerCertificate } from "node:tls";
import { TLSSocket } from "node:tls";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { tlsListening } from "../base/tls-listening.ts";
import type { TlsListening } from "../base/tls-listening.ts";
import { TlsMaterialError } from "../base/tls-material.ts";
import type { TlsMaterialPorts } from "../base/tls-material.ts";
import { TuttiError } from "../model/errors.ts";
import type { ClusterSettings } from "../model/serve-settings.ts";
import { FRAME_BYTES_MAX } from "./message-parts.ts";

const HEADERS_WITHIN_MS: Ms = 5_000;
const HANGS_UP_WITHIN_MS: Ms = 1_000;
const CONNECTIONS_MAX = 6_000;
/** Those who have connected and not yet joined. */
const BACKLOG = 1_024;

const SOCKET_OPTIONS: ServerOptions & { readonly closeTimeout: Ms; readonly maxFragments: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: FRAME_BYTES_MAX,
  // Known to ws, and not to its types.
  closeTimeout: HANGS_UP_WITHIN_MS,
  maxFragments: 1_024,
};

/** Where a hub listens, until it is disposed. Connections are ended by whoever has taken them. */
export interface ClusterListener extends AsyncDisposable {
  readonly url: string;
}

export interface ListenParts {
  readonly host: string;
  readonly port: number;
  readonly tls: ClusterSettings["tls"];
  readonly clock: Clock;
  readonly note: (text: string) => void;
  readonly full: () => boolean;
  /** Takes over a connection that has been opened, with the names on its certificate where it must have one. */
  readonly take: (socket: WebSocket, wire: Socket, certified: readonly string[] | undefined) => void;
}

/**
 * Takes WebSockets at a port.
 *
 * @throws TuttiError `port.taken`; `usage` - there is no such address here, the port may not be had, or the files of `tls` are of
 * no use
 */
export async function listenCluster(parts: ListenParts): Promise<ClusterListener> {
  const { host, port, tls, take } = parts;
  const listener = tls === undefined ? createServer({ headersTimeout: HEADERS_WITHIN_MS }) : tlsListener(tls, parts);
  const sockets = new WebSocketServer(SOCKET_OPTIONS);
  listener.maxConnections = CONNECTIONS_MAX;
  listener.on("request", (_, outgoing) => {
    outgoing.writeHead(426, { Connection: "close", Upgrade: "websocket" }).end("this is the hub of a cluster, and speaks WebSocket");
  });
  listener.on("upgrade", (request, wire, head) => {
    const status = refusalOf(request, parts);
    if (status !== undefined) return refuse(wire, status);
    const certified = tls?.caFile === undefined ? undefined : certifiedNames(wire);
    sockets.handleUpgrade(request, wire, head, (socket) => take(socket, request.socket, certified));
  });
  await bound(listener, { host, port });
  const { port: actual } = listener.address() as AddressInfo;
  return {
    url: `ws${tls === undefined ? "" : "s"}://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve));
      listener.closeAllConnections();
      await closed;
    },
  };
}

/** The names of which a certificate is: its common name and its DNS names. */
function certifiedNames(wire: Duplex): readonly string[] {
  if (!(wire instanceof TLSSocket) || !wire.authorized) return [];
  const certificate: PeerCertificate | object = wire.getPeerCertificate();
  if (!("subject" in certificate)) return [];
  const { subject, subjectaltname = "" } = certificate;
  const names = subjectaltname.split(", ").flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice("DNS:".length)] : []));
  return [...(subject.CN === undefined ? [] : [subject.CN].flat()), ...names];
}

/** A page in somebody's browser must not use the certificate that the browser has. */
function refusalOf({ url = "/", headers }: IncomingMessage, { full }: ListenParts): number | undefined {
  if (full()) return 503;
  const { origin, host } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) return 403;
  return url === "/" ? undefined : 404;
}

function refuse(wire: Duplex, status: number): void {
  // Whoever is refused may be gone already.
  wire.on("error", () => wire.destroy());
  wire.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function tlsListener(tls: NonNullable<ClusterSettings["tls"]>, { clock, note }: ListenParts): Server {
  const { options, keepFresh } = certificates(tls, { clock, note });
  const listener = createTlsServer({ ...options, handshakeTimeout: HEADERS_WITHIN_MS, headersTimeout: HEADERS_WITHIN_MS });
  keepFresh(listener);
  return listener;
}

function certificates(tls: NonNullable<ClusterSettings["tls"]>, ports: TlsMaterialPorts): TlsListening {
  try {
    return tlsListening(tls, ports);
  } catch (error) {
    if (!(error instanceof TlsMaterialError)) throw error;
    throw new TuttiError("usage", `cluster.tls: ${error.message}`, {}, { cause: error });
  }
}

async function bound(listener: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(notListening(error, { host, port }));
    listener.once("error", fail);
    listener.listen({ port, host: host.replace(/^\[(.*)\]$/, "$1"), backlog: BACKLOG }, () => {
      listener.off("error", fail);
      resolve();
    });
  });
}

function notListening(error: NodeJS.ErrnoException, { host, port }: { readonly host: string; readonly port: number }): TuttiError {
  if (error.code === "EADDRINUSE") {
    const message = `port ${port} of ${host}, which is for the cluster, is taken by another program: end that, or choose another with cluster.port`;
    return new TuttiError("port.taken", message, { port });
  }
  return new TuttiError(
    "usage",
    `port ${port} of ${host}, which is for the cluster, cannot be had: ${error.message}`,
    {},
    { cause: error },
  );
}
