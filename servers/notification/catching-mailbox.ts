import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer } from "smtp-server";

/** A mail server on this machine that keeps what it is given, for tests. It knows no `nobody@`, and takes letters for `later@` the second time. Whoever goes away in the middle is no error. */
export interface CatchingMailbox extends AsyncDisposable {
  /** As `SMTP_URL`. */
  readonly url: string;
  readonly letters: CaughtLetter[];
}

export interface CaughtLetter {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the wire. */
  readonly raw: string;
}

/** What the mail server says to a letter: nothing to take it, an SMTP code to refuse it, or `silence` to leave it without an answer. */
export type MailAnswer = number | "silence" | undefined;

export async function catchingMailbox(answer: (count: number) => MailAnswer = () => undefined): Promise<CatchingMailbox> {
  const letters: CaughtLetter[] = [];
  const putOff = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onRcptTo(address, _session, callback) {
      if (address.address.startsWith("nobody@")) callback(refusal(550, "there is nobody of this name"));
      else callback(address.address.startsWith("later@") && !putOff.has(address.address) ? refusal(451, "not yet") : null);
      putOff.add(address.address);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("error", () => undefined);
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        letters.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString("utf8") });
        const said = answer(letters.length);
        if (said === undefined) callback(null);
        else if (said !== "silence") callback(refusal(said, "not this one"));
      });
    },
  });
  // Of a caller that is gone, the library may tell as an error of the server or of the socket.
  server.on("error", () => undefined);
  const sockets = new Set<Socket>();
  server.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => void sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** What takes webhooks, as Slack does, and keeps them. */
export interface CatchingWebhook extends AsyncDisposable {
  readonly url: string;
  readonly messages: unknown[];
}

export async function catchingWebhook(status: (count: number) => number = () => 200): Promise<CatchingWebhook> {
  const messages: unknown[] = [];
  const server: HttpServer = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      messages.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
      response.writeHead(status(messages.length)).end("said");
    });
  });
  server.on("connection", (socket) => socket.on("error", () => undefined));
  server.on("clientError", (_error, socket) => void socket.destroy());
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0`,
    messages,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
