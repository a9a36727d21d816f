import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { createConnection } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { createAuthority } from "../../test/support/certificates.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { systemClock } from "../base/clock.ts";
import { listen } from "./listen.ts";
import { operatorRoutes } from "./operator-routes.ts";

const ANY = { host: "127.0.0.1", port: 0, clock: systemClock };

test("it answers at a port that is free, and no more when it is disposed", async () => {
  const listening = await listen(() => new Response("here"), ANY);
  expect(await (await fetch(listening.url)).text()).toBe("here");
  await listening[Symbol.asyncDispose]();
  await expect(fetch(listening.url)).rejects.toThrow("fetch failed");
});

test("what everybody in the process knows as Request and Response stays what it is", async () => {
  const { Request: usualRequest, Response: usualResponse } = globalThis;
  await using _listening = await listen(() => new Response(""), ANY);
  expect(globalThis.Request).toBe(usualRequest);
  expect(globalThis.Response).toBe(usualResponse);
});

test.each([
  ["with no body and no length, as curl sends it", "\r\n"],
  ["with a body in pieces", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
  ["with a body in pieces that never ends", "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"],
  ["with a short body", "content-length: 2\r\n\r\n{}"],
])("a POST %s is answered", async (_, rest) => {
  const routes = operatorRoutes({
    metrics: () => ({ text: "", type: "text/plain" }),
    health: async () => ({ well: true, document: { status: "healthy" } }),
  });
  await using listening = await listen((request, from) => routes.fetch(request, from), ANY);
  const socket = createConnection(listening.port, "127.0.0.1");
  using _closing = { [Symbol.dispose]: () => socket.destroy() };
  socket.write(`POST /health HTTP/1.1\r\nhost: 127.0.0.1\r\n${rest}`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString("utf8")).toContain("HTTP/1.1 200 OK");
});

test("a port that is taken is named, with the option that chooses another", async () => {
  await using first = await listen(() => new Response(""), ANY);
  const second = listen(() => new Response(""), { ...ANY, port: first.port });
  await expect(second).rejects.toMatchObject({
    code: "port.taken",
    message: expect.stringMatching(new RegExp(`^port ${first.port} of 127\\.0\\.0\\.1 is taken .*--port`)),
    details: { port: first.port },
  });
});

test("an address that this machine does not have is refused", async () => {
  await expect(listen(() => new Response(""), { ...ANY, host: "192.0.2.1" })).rejects.toMatchObject({ code: "usage" });
});

test("an answer that is on its way comes, although it is being disposed", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const listening = await listen(() => {
    asked.resolve();
    return answer.promise;
  }, ANY);
  const response = fetch(listening.url);
  await asked.promise;
  const disposed = listening[Symbol.asyncDispose]();
  answer.resolve(new Response("late"));
  expect(await (await response).text()).toBe("late");
  await disposed;
});

test("whoever only holds a connection does not keep it from being disposed", async () => {
  const listening = await listen(() => new Response(""), ANY);
  const socket = createConnection(listening.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("GET / HTTP/1.1\r\nhost: x");
  // What was not read yet makes an error of the end.
  socket.on("error", () => undefined);
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await listening[Symbol.asyncDispose]();
  await closed;
  expect(socket.destroyed).toBe(true);
});

test("an encrypted port answers with the certificate that is in the files now, and only encrypted", async () => {
  using directory = temporaryDirectory();
  const authority = createAuthority();
  const [certFile, keyFile] = [join(directory.path, "cert.pem"), join(directory.path, "key.pem")];
  const renew = (): void => {
    const { certificate, key } = authority.issue();
    writeFileSync(certFile, certificate);
    writeFileSync(keyFile, key);
  };
  renew();
  await using listening = await listen(() => new Response("safe"), { ...ANY, tls: { certFile, keyFile } });
  expect(listening.url).toMatch(/^https:/);
  const ask = async (): Promise<readonly [string, string]> =>
    await new Promise((resolve, reject) => {
      const asked = request(listening.url, { ca: authority.certificate, agent: false }, (response) => {
        const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
        response.on("data", (piece: Buffer) => resolve([piece.toString("utf8"), fingerprint256]));
      });
      asked.on("error", reject).end();
    });
  const [text, fingerprint] = await ask();
  expect(text).toBe("safe");
  await expect(fetch(listening.url.replace("https", "http"))).rejects.toThrow("fetch failed");
  renew();
  await expect.poll(async () => (await ask())[1], { timeout: 5_000 }).not.toBe(fingerprint);
});

test("certificates that are of no use are refused when it begins to listen", async () => {
  const tls = { certFile: "/nowhere/cert.pem", keyFile: "/nowhere/key.pem" };
  await expect(listen(() => new Response(""), { ...ANY, tls })).rejects.toMatchObject({
    code: "usage",
    message: expect.stringContaining("/nowhere/cert.pem"),
  });
});

test("who wants another protocol is handed on", async () => {
  const wanted: (string | undefined)[] = [];
  const upgrade = (asked: IncomingMessage, wire: Duplex): void => {
    wanted.push(asked.url);
    wire.end("HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\n\r\n");
  };
  await using listening = await listen(() => new Response(""), { ...ANY, upgrade });
  const socket = createConnection(listening.port, "127.0.0.1");
  socket.write("GET /ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect([wanted, answer.toString("utf8").slice(0, 12)]).toEqual([["/ws"], "HTTP/1.1 426"]);
  socket.destroy();
});
