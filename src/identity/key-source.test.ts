import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { newIssuer } from "../../test/support/issuer.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { isKeyAddress } from "./key-address.ts";
import { openTokenVerifier } from "./verify-token.ts";

const { signal } = new AbortController();

/** Answers on a port of this machine. */
async function serve(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("keys from an address are kept, and asked for again when they are old or when one is missing, but not for each token", async () => {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const issuer = await newIssuer(directory.path, clock.nowMs());
  const next = await generateKeyPair("ES256", { extractable: true });
  const keys: unknown[] = [issuer.publicKey];
  let requests = 0;
  await using server = await serve((_, response) => {
    requests += 1;
    response.end(JSON.stringify({ keys }));
  });
  const verifier = openTokenVerifier({ ...issuer.config, keys: { kind: "url", url: server.url } }, clock);
  const good = await issuer.token();
  const rotated = await issuer.token({}, { kid: "next" }, next.privateKey);
  await Promise.all([1, 2, 3].map(async () => await verifier.verify(good, signal)));
  await verifier.verify(good, signal);
  expect(requests).toBe(1);
  for (let attempt = 0; attempt < 3; attempt += 1)
    await expect(verifier.verify(rotated, signal)).rejects.toThrow("none of the issuer's keys");
  expect(requests).toBe(1);
  keys.push({ ...(await exportJWK(next.publicKey)), kid: "next" });
  clock.advance(31_000);
  expect(await verifier.verify(rotated, signal)).toMatchObject({ userId: "ada" });
  expect(requests).toBe(2);
  keys.shift();
  clock.advance(10 * 60_000);
  await expect(verifier.verify(await issuer.token({ exp: clock.nowMs() / 1_000 + 60 }), signal)).rejects.toThrow(
    "none of the issuer's keys",
  );
  expect(requests).toBe(3);
});

function elsewhere(...[request, response]: Parameters<RequestListener>): void {
  if (request.url === "/jwks") response.writeHead(302, { location: "/other" });
  response.end('{"keys": []}');
}

test.each<readonly [string, RequestListener, string]>([
  ["is an error", (_, response) => void response.writeHead(503).end(), "the answer was HTTP 503"],
  ["leads elsewhere", elsewhere, "the issuer's keys cannot be fetched from http://127.0.0.1"],
  ["is no JSON", (_, response) => void response.end("<html>"), "cannot be fetched"],
  ["has no keys", (_, response) => void response.end("{}"), "JSON Web Key Set malformed"],
  ["is huge", (_, response) => void response.end(`{"keys": [], "x": "${"x".repeat(2 * 1024 * 1024)}"}`), "the answer has more than 1 MiB"],
])("an answer that %s gives no keys", async (_, listener, reason) => {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const issuer = await newIssuer(directory.path, clock.nowMs());
  await using server = await serve(listener);
  const verifier = openTokenVerifier({ ...issuer.config, keys: { kind: "url", url: server.url } }, clock);
  await expect(verifier.verify(await issuer.token(), signal)).rejects.toMatchObject({
    code: "identity.invalid",
    message: expect.stringContaining(reason),
  });
});

test("keys that do not come are awaited for five seconds", async () => {
  using directory = temporaryDirectory();
  const clock = new ManualClock();
  const issuer = await newIssuer(directory.path, clock.nowMs());
  const asked = Promise.withResolvers<void>();
  await using server = await serve(() => asked.resolve());
  const verifier = openTokenVerifier({ ...issuer.config, keys: { kind: "url", url: server.url } }, clock);
  const verification = verifier.verify(await issuer.token(), signal);
  const outcome = verification.catch((error: unknown) => error);
  await asked.promise;
  clock.advance(5_000);
  expect(await outcome).toMatchObject({ message: expect.stringContaining("there was no answer within 5 s") });
});

test.each([
  ["https://id.example/jwks", true],
  ["http://localhost:8080/jwks", true],
  ["http://127.0.0.1/jwks", true],
  ["http://[::1]/jwks", true],
  ["http://id.example/jwks", false],
  ["http://127.0.0.1.evil.example/jwks", false],
  ["http://localhost.evil.example/", false],
  ["https://user:password@id.example/", false],
  ["file:///etc/passwd", false],
  ["data:application/json,{}", false],
  ["jwks.json", false],
])("whether keys are fetched from %s: %s", async (address, expected) => {
  expect(isKeyAddress(address)).toBe(expected);
});

test("keys are not fetched over a connection that others can change", () => {
  const config = { issuer: "i", audience: "a", keys: { kind: "url" as const, url: "http://id.example/jwks" } };
  expect(() => openTokenVerifier(config, new ManualClock())).toThrow("only https, and http on this machine");
});
