import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Clock } from "../base/clock.ts";
import { TuttiError } from "../model/errors.ts";

/** Where requests are taken, until it is disposed: answers that are on their way have a second then. */
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
}

const CONNECTIONS_MAX = 100;
const REQUEST_MS = 10_000;
const CLOSING_MS = 1_000;

/**
 * Answers HTTP requests at a port.
 *
 * @throws TuttiError `port.taken`; `usage` - there is no such address here, or the port may not be had
 */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  { host, port, clock }: ListenOptions,
): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: answer,
    // Else `Request` and `Response` would be other ones from then on, for everybody in this process.
    overrideGlobalObjects: false,
    serverOptions: { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  await bound(server, { host, port });
  const address = server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    port: actual,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      using _limit = clock.after(CLOSING_MS, () => server.closeAllConnections());
      await closed;
    },
  };
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
