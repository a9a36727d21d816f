import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { abortable } from "../base/abortable.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { tlsListening } from "../base/tls-listening.ts";
import type { TlsListening } from "../base/tls-listening.ts";
import { TlsMaterialError } from "../base/tls-material.ts";
import type { TlsMaterialPorts } from "../base/tls-material.ts";
import { TuttiError } from "../model/errors.ts";
import type { ServeSettings } from "../model/serve-settings.ts";
import type { RequestOrigin } from "./http-env.ts";

/** Where requests are taken, until it is disposed: answers that are on their way have some seconds then. */
export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

export interface ListenOptions {
  /** An address or a name of this machine. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly clock: Clock;
  /** Without it, it is not encrypted. The files are read again when they change. */
  readonly tls?: NonNullable<ServeSettings["tls"]>;
  /** Takes connections that want to speak another protocol. Default: they are closed. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Is told what should be looked at: files of `tls` that no longer make sense. */
  readonly note?: (text: string) => void;
}

/** A thousand that listen, and others that ask. */
const CONNECTIONS_MAX = 2_048;
/** Whoever sends his request byte by byte has so long for all of it. */
const HEADERS_MS: Ms = 10_000;
const REQUEST_MS: Ms = 30_000;
const HANDSHAKE_MS: Ms = 10_000;
const CLOSING_MS: Ms = 5_000;

/**
 * Answers HTTP requests at a port.
 *
 * @throws TuttiError `port.taken`; `usage` - there is no such address here, the port may not be had, or the files of `tls` are of no use
 */
export async function listen(
  answer: (request: Request, from: RequestOrigin) => Response | Promise<Response>,
  options: ListenOptions,
): Promise<Listening> {
  const { host, port, clock, tls, upgrade } = options;
  const server = createServer(answer, options);
  server.maxConnections = CONNECTIONS_MAX;
  const answers = new AnswersInFlight();
  server.on("request", (_, response) => answers.began(response));
  const upgraded = new Set<Duplex>();
  if (upgrade !== undefined) {
    server.on("upgrade", (request, socket, head) => {
      upgraded.add(socket);
      socket.once("close", () => upgraded.delete(socket));
      upgrade(request, socket, head);
    });
  }
  await bound(server, { host, port });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    port: actual,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      using limit = deadline(clock, new AbortController().signal, CLOSING_MS, () => new Error("answers took too long"));
      await answers.idle(limit.signal);
      // What is left asks for nothing: it only holds its connection, or has sent half a request.
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

class AnswersInFlight {
  readonly #open = new Set<ServerResponse>();
  #none = Promise.withResolvers<void>();

  began(response: ServerResponse): void {
    this.#open.add(response);
    response.once("close", () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#none.resolve();
    });
  }

  /** Resolves when there is none, or when the signal aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    while (this.#open.size > 0 && !signal.aborted) {
      this.#none = Promise.withResolvers();
      await abortable(this.#none.promise, signal).catch(() => undefined);
    }
  }
}

function createServer(answer: Parameters<typeof listen>[0], { tls, clock, note = () => undefined }: ListenOptions): Server {
  const fetch = async (
    request: Request,
    { incoming }: { readonly incoming: { readonly socket: { readonly remoteAddress?: string } } },
  ): Promise<Response> => await answer(request, { address: incoming.socket.remoteAddress ?? "" });
  const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
  // Else `Request` and `Response` would be other ones from then on, for everybody in this process.
  const settings = { fetch: fetch as never, overrideGlobalObjects: false };
  if (tls === undefined) return createAdaptorServer({ ...settings, serverOptions: limits }) as Server;
  const { options: certified, keepFresh } = certificates(tls, { clock, note });
  const serverOptions = { ...certified, ...limits, handshakeTimeout: HANDSHAKE_MS };
  const server = createAdaptorServer({ ...settings, createServer: createTlsServer, serverOptions }) as TlsServer;
  keepFresh(server);
  return server;
}

function certificates(tls: NonNullable<ListenOptions["tls"]>, ports: TlsMaterialPorts): TlsListening {
  try {
    return tlsListening(tls, ports);
  } catch (error) {
    if (!(error instanceof TlsMaterialError)) throw error;
    throw new TuttiError("usage", `serve.tls: ${error.message}`, {}, { cause: error });
  }
}

async function bound(server: Server, { host, port }: Pick<ListenOptions, "host" | "port">): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(refused(error, { host, port }));
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function refused(error: NodeJS.ErrnoException, { host, port }: Pick<ListenOptions, "host" | "port">): TuttiError {
  if (error.code === "EADDRINUSE") {
    const message = `port ${port} of ${host} is taken by another program: end that, or choose another port with --port`;
    return new TuttiError("port.taken", message, { port });
  }
  return new TuttiError("usage", `port ${port} of ${host} cannot be had: ${error.message}`, {}, { cause: error });
}
