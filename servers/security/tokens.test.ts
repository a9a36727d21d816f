import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJwt, importJWK, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { hold } from "../../test/support/reference-server.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { openSecurity } from "./open-security.ts";
import { SECRET, securityWorld, tokenOf } from "../../test/support/security-world.ts";
import { hashSecret, isSecret, parseSecretHash } from "./secret-hash.ts";

const GIVEN = { client_id: "etl", client_secret: SECRET };

test("a client that shows its secret gets a token that others can verify, and that is good for what it asked", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const given = await server.call<{ access_token: string }>("authenticate", { ...GIVEN, scope: "data:read model:read" });
  expect(given).toMatchObject({ token_type: "Bearer", expires_in: 300, scope: "data:read model:read" });
  const status = await server.call<{ facts: { public_key: object } }>("get_server_status");
  const key = await importJWK({ ...status.facts.public_key }, "EdDSA");
  const { payload } = await jwtVerify(given.access_token, key, { algorithms: ["EdDSA"], issuer: "tutti-security" });
  expect(payload).toMatchObject({ sub: "etl", tenant: "acme", scope: "data:read model:read" });
  const token = given.access_token;
  const introspected = await server.call("authenticate", { operation: "introspect", token });
  expect(introspected).toMatchObject({ active: true, client_id: "etl", tenant: "acme", scope: "data:read model:read" });
  expect(await server.call("authenticate", { operation: "introspect", token }, { tenant: "globex" })).toEqual({ active: false });
  expect(await server.call("authenticate", GIVEN)).toMatchObject({ scope: "data:* security:grant model:read" });
});

test("many who ask at once with the right secret all get a token", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const tokens = await Promise.all(Array.from({ length: 15 }, async () => await tokenOf(server)));
  expect(new Set(tokens).size).toBe(15);
});

test("a token ends with its time, also while the server is not running", async () => {
  using world = securityWorld();
  let nowMs = Date.UTC(2026, 0, 1);
  await using server = await world.hold(() => nowMs);
  const token = await tokenOf(server);
  nowMs += 299_000;
  expect(await server.call("authenticate", { operation: "introspect", token })).toMatchObject({ active: true });
  await using another = await world.hold(() => nowMs + 2_000);
  expect(await another.call("authenticate", { operation: "introspect", token })).toEqual({ active: false });
});

test("a revoked token is over everywhere, and stays it", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  await using beside = await world.hold();
  const [token, other] = [await tokenOf(server), await tokenOf(server)];
  expect(await beside.call("authenticate", { operation: "revoke", token })).toMatchObject({ revoked: true, active: false });
  expect(await server.call("authenticate", { operation: "introspect", token })).toEqual({ active: false });
  expect(await server.call("authenticate", { operation: "revoke", token })).toEqual({ revoked: false, active: false });
  expect(await server.call("authenticate", { operation: "introspect", token: other })).toMatchObject({ active: true });
  expect(await server.refusal("authorize", { subject: "etl", action: "data:read", resource: "/data/a", token })).toContain("revoked");
});

test("a token is in no file of the server, and asked for with the same key it is another one", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const one = await server.call<{ access_token: string }>("authenticate", GIVEN, { key: "k" });
  const two = await server.call<{ access_token: string }>("authenticate", GIVEN, { key: "k" });
  expect(decodeJwt(one.access_token).jti).not.toBe(decodeJwt(two.access_token).jti);
  await server[Symbol.asyncDispose]();
  expect(readFileSync(world.database).includes(one.access_token)).toBe(false);
});

test("after ten wrong secrets the right one is not tried either, for a minute", async () => {
  using world = securityWorld();
  let nowMs = 1_000_000;
  await using server = await world.hold(() => nowMs);
  const wrong = { client_id: "etl", client_secret: "x" };
  const refusals = await Promise.all(Array.from({ length: 12 }, async () => await server.refusal("authenticate", wrong)));
  expect(refusals.filter((message) => message.includes("not its secret"))).toHaveLength(10);
  expect(await server.refusal("authenticate", GIVEN)).toContain("too many wrong secrets");
  nowMs += 61_000;
  expect(await server.call("authenticate", GIVEN)).toMatchObject({ token_type: "Bearer" });
});

test("a secret may come from a variable, and a short one is not started with", async () => {
  using folder = temporaryDirectory();
  const CLIENTS_FILE = join(folder.path, "clients.json");
  writeFileSync(CLIENTS_FILE, JSON.stringify({ clients: [{ client_id: "etl", tenant: "acme", secret_env: "OURS", scopes: ["a"] }] }));
  const environment = { STATE_DIR: folder.path, EXCHANGE_DIR: folder.path, CLIENTS_FILE };
  await using server = await hold(openSecurity({ ...environment, OURS: SECRET }));
  expect(await server.call("authenticate", GIVEN)).toMatchObject({ scope: "a" });
  await expect(openSecurity({ ...environment, OURS: "short" })).rejects.toThrow("OURS is to hold a secret");
});

test("a hash of a secret fits that secret only, and none that costs too much is taken", async () => {
  const text = await hashSecret(SECRET);
  const hash = parseSecretHash(text);
  expect(await isSecret(SECRET, hash)).toBe(true);
  expect(await isSecret(`${SECRET} `, hash)).toBe(false);
  expect(await isSecret(SECRET, undefined)).toBe(false);
  expect(parseSecretHash(text.replace("32768", "16777216"))).toBeUndefined();
  expect(parseSecretHash(text.replace("32768", "1024"))).toBeUndefined();
  expect(parseSecretHash(text.replace("32768", "32769"))).toBeUndefined();
  expect(parseSecretHash("plain")).toBeUndefined();
});
