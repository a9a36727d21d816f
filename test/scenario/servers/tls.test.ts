import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import type { CallOutcome } from "../../../src/model/call.ts";
import type { ServerConfig, TlsConfig } from "../../../src/model/server.ts";
import { type Authority, createAuthority, selfSigned, writeCertificate, writePem } from "../../support/certificates.ts";
import { serveTools } from "../../support/servers/served-tools.ts";
import { openTestConnections } from "../../support/servers/test-connections.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const KINDS = ["http", "websocket"] as const;
type Kind = (typeof KINDS)[number];

test.each(KINDS)("a server is believed because of its authority (%s)", async (kind) => {
  using world = openWorld();
  const authority = createAuthority();
  await using server = await serveTools({ kind, tls: world.issue(authority, "server") });
  expect(server.url).toMatch(kind === "http" ? /^https:/ : /^wss:/);
  await using own = openTestConnections(serverAt(kind, server.url, { caFile: world.ca(authority) }));
  expect(await own.call("echo", { a: 1 })).toMatchObject({ kind: "succeeded", output: { a: 1 } });
  await using common = openTestConnections(serverAt(kind, server.url), { tls: { caFile: world.ca(authority) } });
  expect(await common.call("echo", { a: 2 })).toMatchObject({ kind: "succeeded", output: { a: 2 } });
});

const YESTERDAY = new Date(Date.now() - 86_400_000);
const TOMORROW = new Date(Date.now() + 86_400_000);

test.each(
  KINDS.flatMap((kind) =>
    (
      [
        [
          "of an unknown authority",
          () => createAuthority("Somebody").issue(),
          "its certificate comes from an authority that is not known here",
        ],
        ["that is self-signed", () => selfSigned(), "its certificate is self-signed"],
        ["that has expired", (known: Authority) => known.issue({ from: new Date(0), until: YESTERDAY }), "its certificate has expired"],
        ["of tomorrow", (known: Authority) => known.issue({ from: TOMORROW, until: TOMORROW }), "its certificate is not valid yet"],
        ["of another name", (known: Authority) => known.issue({ names: ["example.org"] }), "its certificate is for another name"],
      ] as const
    ).map((entry) => [kind, ...entry] as const),
  ),
)("over %s a certificate %s is not believed, and nothing is sent", async (kind, _, issue, words) => {
  using world = openWorld();
  const authority = createAuthority();
  const tls = writeCertificate(world.directory, "server", issue(authority));
  await using server = await serveTools({ kind, tls });
  await using connections = openTestConnections(serverAt(kind, server.url, { caFile: world.ca(authority) }));
  expect(await connections.call("hold")).toMatchObject({
    kind: "failed",
    accepted: false,
    error: { kind: "connection", message: expect.stringContaining(words) },
  });
  expect(server.most()).toBe(0);
});

test.each(KINDS)("an environment that asks to believe everybody is not listened to (%s)", async (kind) => {
  using world = openWorld();
  await using server = await serveTools({ kind, tls: world.issue(createAuthority(), "server") });
  using _environment = stubEnvironment("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  await using connections = openTestConnections(serverAt(kind, server.url));
  await expect(connections.connections.tools("s", connections.signal)).rejects.toThrow("from an authority that is not known here");
});

test.each(KINDS)("a server that does not speak TLS is told from one that is not there (%s)", async (kind) => {
  const plain = createServer();
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  const url = `${kind === "http" ? "https" : "wss"}://127.0.0.1:${(plain.address() as AddressInfo).port}/mcp`;
  await using connections = openTestConnections(serverAt(kind, url));
  await expect(connections.connections.tools("s", connections.signal)).rejects.toThrow("it does not speak TLS there");
  plain.close();
});

test.each(KINDS)("a server that wants client certificates gets that of its authority, and refuses others (%s)", async (kind) => {
  using world = openWorld();
  const authority = createAuthority();
  await using server = await serveTools({ kind, tls: { ...world.issue(authority, "server"), caFile: world.ca(authority) } });
  const caFile = world.ca(authority);
  await using good = openTestConnections(serverAt(kind, server.url), { tls: { caFile, ...world.issue(authority, "client") } });
  expect(await good.call("echo", { a: 1 })).toMatchObject({ kind: "succeeded" });

  await using none = openTestConnections(serverAt(kind, server.url, { caFile }));
  expect(await none.call("echo")).toMatchObject({ kind: "failed", accepted: false });
  await expect(none.connections.tools("s", none.signal)).rejects.toThrow("it wants a client certificate: the `cert` and `key` of `tls`");

  const strange = writeCertificate(world.directory, "strange", createAuthority("Somebody").issue());
  await using other = openTestConnections(serverAt(kind, server.url, { caFile, ...strange }));
  await expect(other.connections.tools("s", other.signal)).rejects.toThrow("(it may not take our client certificate)");

  const old = writeCertificate(world.directory, "old", authority.issue({ from: new Date(0), until: YESTERDAY }));
  await using expired = openTestConnections(serverAt(kind, server.url, { caFile, ...old }));
  expect(await expired.call("hold")).toMatchObject({ kind: "failed", accepted: false });
  expect(server.most()).toBe(0);
});

test("a certificate is used as soon as it is changed, without a restart, while calls that are under way end as they began", async () => {
  using world = openWorld();
  const [before, after] = [createAuthority("before"), createAuthority("after")];
  const serverFiles = { ...world.issue(before, "server"), caFile: world.ca(before, "of-server") };
  const clientFiles = { ...world.issue(before, "client"), caFile: world.ca(before, "of-client") };
  await using server = await serveTools({ kind: "http", tls: serverFiles });
  await using connections = openTestConnections(serverAt("http", server.url, clientFiles), { clock: swiftClock() });
  const call = connections.call("hold");
  await expect.poll(() => server.held()).toBe(1);

  // The server is first: who comes with the old certificate is not let in any more.
  world.issue(after, "server");
  writeFileSync(serverFiles.caFile, after.certificate);
  const callAnew = async (): Promise<CallOutcome> => {
    await using fresh = openTestConnections(serverAt("http", server.url, clientFiles));
    return await fresh.call("echo");
  };
  await expect.poll(callAnew, { timeout: 5_000 }).toMatchObject({ kind: "failed", accepted: false });

  world.issue(after, "client");
  writeFileSync(clientFiles.caFile, after.certificate);
  expect(await connections.call("echo", { a: 2 })).toMatchObject({ kind: "succeeded", output: { a: 2 } });
  server.release();
  expect(await call).toMatchObject({ kind: "succeeded" });
});

test("a WebSocket that is opened anew uses the certificates as they are then, and a broken file changes nothing", async () => {
  using world = openWorld();
  const authority = createAuthority();
  const files = { ...world.issue(authority, "client"), caFile: world.ca(authority) };
  const serverTls = { ...world.issue(authority, "server"), caFile: files.caFile };
  const server = await serveTools({ kind: "websocket", tls: serverTls });
  const { port } = new URL(server.url);
  await using connections = openTestConnections(serverAt("websocket", server.url, files), { clock: swiftClock() });
  expect(await connections.call("echo")).toMatchObject({ kind: "succeeded" });
  await server[Symbol.asyncDispose]();

  writeFileSync(files.certFile, "-----BEGIN CERTIFICATE-----\nMIIB");
  await using again = await serveTools({ kind: "websocket", port: Number(port), tls: serverTls });
  await expect.poll(() => connections.call("echo"), { timeout: 5_000 }).toMatchObject({ kind: "succeeded" });
  expect(connections.log.map(({ text }) => text)).toContainEqual(
    `${files.certFile} has a broken certificate in it: its end is missing; what was read before stays in use`,
  );
  expect(again.url).toBe(server.url);
});

test.each(KINDS)("a file that is not there is named, and the server is not reached without it (%s)", async (kind) => {
  using world = openWorld();
  const authority = createAuthority();
  await using server = await serveTools({ kind, tls: world.issue(authority, "server") });
  await using connections = openTestConnections(serverAt(kind, server.url, { caFile: `${world.directory}/nowhere.pem` }));
  await expect(connections.connections.tools("s", connections.signal)).rejects.toThrow(
    `${world.directory}/nowhere.pem cannot be read: ENOENT`,
  );
});

test.each(KINDS)("beyond this machine a server is not reached in the clear, unless its network is trusted (%s)", async (kind) => {
  const url = `${kind === "http" ? "http" : "ws"}://tutti.invalid/mcp`;
  await using refused = openTestConnections(serverAt(kind, url));
  await expect(refused.connections.tools("s", refused.signal)).rejects.toThrow("leaves this machine unencrypted (tutti.invalid/mcp): use");
  const trusting = {
    name: "s",
    connection: { kind, url, headers: {}, insecure: true },
    honoursIdempotencyKey: false,
    effects: {},
    requires: {},
  };
  await using trusted = openTestConnections(trusting);
  await expect(trusted.connections.tools("s", trusted.signal)).rejects.toThrow("it cannot be reached: getaddrinfo");
});

function serverAt(kind: Kind, url: string, tls?: TlsConfig): ServerConfig {
  const connection = { kind, url, headers: {}, ...(tls === undefined ? {} : { tls }) };
  return { name: "s", connection, honoursIdempotencyKey: false, effects: {}, requires: {} };
}

function stubEnvironment(name: string, value: string): Disposable {
  vi.stubEnv(name, value);
  return { [Symbol.dispose]: () => void vi.unstubAllEnvs() };
}

/** Of which a second has always gone by: whether files have changed is looked at once in a second. */
function swiftClock(): Clock {
  let nowMs = 0;
  return { ...systemClock, monotonicMs: () => (nowMs += 1_000) };
}

interface Files extends Disposable {
  readonly directory: string;
  issue(authority: Authority, name: string): { certFile: string; keyFile: string };
  ca(authority: Authority, name?: string): string;
}

function openWorld(): Files {
  const directory = temporaryDirectory();
  return {
    directory: directory.path,
    issue: (authority, name) => writeCertificate(directory.path, name, authority.issue()),
    ca: (authority, name = "ca") => writePem(directory.path, `${name}.pem`, authority.certificate),
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}
