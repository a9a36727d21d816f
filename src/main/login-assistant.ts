import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { abortable } from "../base/abortable.ts";
import { TuttiError } from "../model/errors.ts";
import type { LoginAssistant } from "../ports/server-logins.ts";

const PATH = "/callback";
const ADDRESS = "127.0.0.1";

/**
 * Waits on this machine for a person to come back from the page where he logs in (RFC 8252, section 7.3). Disposing stops
 * listening.
 *
 * @param show - shows the page to the person
 * @throws TuttiError `port.taken`
 */
export async function openLoginAssistant(
  port: number,
  show: (server: string, page: URL) => void,
): Promise<LoginAssistant & AsyncDisposable> {
  let comingBack = Promise.withResolvers<URLSearchParams>();
  const listener = createServer((request, response) => {
    const [path, query] = (request.url ?? "").split("?");
    const searchParams = new URLSearchParams(query);
    const isAnswer = request.method === "GET" && path === PATH && (searchParams.has("code") || searchParams.has("error"));
    if (!isAnswer) return say(response, 404, "There is nothing here.");
    say(response, 200, "Thank you. You can close this page and go back to the terminal.");
    comingBack.resolve(searchParams);
  });
  await listening(listener, port);
  return {
    redirectUrl: `http://${ADDRESS}:${(listener.address() as AddressInfo).port}${PATH}`,
    async visit(server, page, signal) {
      comingBack = Promise.withResolvers();
      show(server, page);
      return await abortable(comingBack.promise, signal);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve));
      listener.closeAllConnections();
      await closed;
    },
  };
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close", "cache-control": "no-store" }).end(text);
}

async function listening(listener: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once("error", (cause) => {
      const message = `the login cannot come back to port ${port} of this machine: ${cause.message}`;
      reject(new TuttiError("port.taken", message, { port }, { cause }));
    });
    listener.listen(port, ADDRESS, resolve);
  });
}
