import { symlinkSync } from "node:fs";
import { base64url, SignJWT } from "jose";
import { expect, test } from "vitest";
import { SECRET, securityWorld, tokenOf } from "../../test/support/security-world.ts";

const EVENT = { type: "t", action: "a" };
const GRANT = { expires_in: 60 };

const REFUSED: readonly (readonly [string, string, object])[] = [
  ["no secret", "authenticate", { client_id: "etl" }],
  ["a wrong secret", "authenticate", { client_id: "etl", client_secret: `${SECRET}x` }],
  ["a client that nobody knows", "authenticate", { client_id: "__proto__", client_secret: SECRET }],
  ["a secret without end", "authenticate", { client_id: "etl", client_secret: "x".repeat(501) }],
  ["more scope than the client has", "authenticate", { client_id: "etl", client_secret: SECRET, scope: "data:read admin" }],
  ["a wider wildcard", "authenticate", { client_id: "etl", client_secret: SECRET, scope: "data:**" }],
  ["a wildcard for all", "authenticate", { client_id: "etl", client_secret: SECRET, scope: "*" }],
  ["a scope with quotes", "authenticate", { client_id: "etl", client_secret: SECRET, scope: 'data:"' }],
  ["an empty scope", "authenticate", { client_id: "etl", client_secret: SECRET, scope: " " }],
  ["a tenant among the arguments", "authenticate", { client_id: "etl", client_secret: SECRET, tenant: "globex" }],
  ["looking at nothing", "authenticate", { operation: "introspect" }],
  ["a token that is none", "authorize", { subject: "etl", action: "data:read", token: "x.y.z" }],
  ["nobody", "authorize", { action: "data:read" }],
  ["nothing", "authorize", { subject: "etl" }],
  ["a subject that is a pattern", "authorize", { subject: "*", action: "data:read" }],
  ["an action that is a pattern", "authorize", { subject: "etl", action: "data:*" }],
  ["a way out of a folder", "authorize", { subject: "etl", action: "data:read", resource: "/data/../secret" }],
  ["two slashes", "authorize", { subject: "etl", action: "data:read", resource: "/data//secret" }],
  ["a backslash", "authorize", { subject: "etl", action: "data:read", resource: "/data\\..\\secret" }],
  ["a NUL", "authorize", { subject: "etl", action: "data:read", resource: "/data/a\u0000" }],
  ["half a character", "authorize", { subject: "\ud800", action: "data:read" }],
  ["a grant from nobody", "authorize", { subject: "etl", action: "data:read", resource: "/data/a", grant: GRANT }],
  ["a grant for ever", "authorize", { subject: "etl", action: "data:read", resource: "/data/a", grant: { expires_in: 1e12 } }],
  ["too many permissions", "authorize", { subject: "etl", permissions: Array.from({ length: 51 }, (_, one) => `p${one}`) }],
  ["a file of another folder", "encrypt", { file: "../globex/a" }],
  ["a file with an absolute path", "encrypt", { file: "/etc/passwd" }],
  ["a file behind a link", "encrypt", { file: "link" }],
  ["a file that is not there", "encrypt", { file: "missing" }],
  ["a place outside for the result", "encrypt", { file: "plain", output_file: "../../out" }],
  ["a place behind a link for the result", "encrypt", { file: "plain", output_file: "folder-link/out" }],
  ["a file and a text", "encrypt", { file: "plain", text: "x" }],
  ["neither", "encrypt", {}],
  ["a file for a rotation", "encrypt", { operation: "rotate", file: "plain" }],
  ["a key that was never there", "encrypt", { file: "plain", key_id: "key-0" }],
  ["a file that is not sealed", "encrypt", { operation: "decrypt", file: "plain", output_file: "out" }],
  ["a header without anything", "encrypt", { operation: "decrypt", file: "header", output_file: "out" }],
  ["a header with a key of nobody", "encrypt", { operation: "decrypt", file: "forged", output_file: "out" }],
  ["a text that is not sealed", "encrypt", { operation: "decrypt", sealed_text: "AAAA" }],
  ["a text that is no base64url", "encrypt", { operation: "decrypt", sealed_text: "====" }],
  ["a text without end", "encrypt", { text: "x".repeat(65_537), path: "/a" }],
  ["a path with a line in it", "encrypt", { file: "plain", path: 'a\n{"key_id":"b"}' }],
  ["no event", "audit_log", { operation: "record" }],
  ["details without end", "audit_log", { event: { ...EVENT, details: { text: "x".repeat(9_000) } } }],
  ["an outcome that is none", "audit_log", { event: { ...EVENT, outcome: "approved" } }],
  ["an event with a number of its own", "audit_log", { event: { ...EVENT, sequence: 1 } }],
  ["an event with a time of its own", "audit_log", { event: { ...EVENT, at: "2020-01-01T00:00:00Z" } }],
  ["half a character in an event", "audit_log", { event: { ...EVENT, actor: "\udfff" } }],
  ["SQL for a cursor", "audit_log", { cursor: "1 OR 1=1" }],
  ["a checkpoint that somebody made up", "audit_log", { operation: "verify", checkpoint: { sequence: 1, hash: "x", signature: "" } }],
];

test("whatever should not be done is refused, and leaves nothing behind", async () => {
  using world = securityWorld();
  world.write("plain", "words");
  world.write("header", 'TUTTI-SEALED-1\n{"algorithm":"AES-256-GCM"}\n');
  const forged = { algorithm: "AES-256-GCM", key_id: "key-1", nonce: "AAECAwQFBgcICQoL", tenant: "acme", path: "/a" };
  world.write("forged", `TUTTI-SEALED-1\n${JSON.stringify(forged)}\n${"x".repeat(32)}`);
  symlinkSync("/etc/passwd", world.file("link"));
  symlinkSync("/tmp", world.file("folder-link"));
  await using server = await world.hold();
  const done: string[] = [];
  for (const [what, tool, parameters] of REFUSED) {
    const message = await server.refusal(tool, parameters).catch(() => undefined);
    if (message === undefined || message.length < 10) done.push(what);
  }
  expect(done).toEqual([]);
  const { entries } = await server.call<{ entries: { outcome: string }[] }>("audit_log", {});
  expect(entries.filter(({ outcome }) => outcome === "success")).toEqual([]);
  expect(await server.call("audit_log", { operation: "verify" })).toMatchObject({ valid: true });
});

test("a token that was changed, or made by somebody else, is worth nothing", async () => {
  using world = securityWorld();
  await using server = await world.hold();
  const token = await tokenOf(server);
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const more = base64url.encode(JSON.stringify({ ...claims, scope: "**" }));
  const none = base64url.encode(JSON.stringify({ alg: "none", typ: "at+jwt" }));
  // The public key is no secret: as a secret for HMAC it must not do.
  const { facts } = await server.call<{ facts: { public_key: { x: string } } }>("get_server_status");
  const hmac = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
    .sign(Buffer.from(facts.public_key.x.padEnd(43, "A"), "base64url"));
  const forged = [
    `${header}.${more}.${signature}`,
    `${none}.${payload}.`,
    hmac,
    `${token}A`,
    token.slice(0, -4),
    "",
    ".",
    "..",
    "a".repeat(8_000),
  ];
  for (const one of forged.filter((text) => text !== "")) {
    expect(await server.call("authenticate", { operation: "introspect", token: one })).toEqual({ active: false });
  }
  expect(await server.call("authenticate", { operation: "introspect", token })).toMatchObject({ active: true });
});

test.each<readonly [string, object, string]>([
  ["a role that is not there", { roles: {}, bindings: [{ subject: "a", roles: ["constructor"] }] }, 'no role "constructor"'],
  ["a key that means nothing", { roles: {}, bindings: [], admin: true }, "admin"],
  ["a permission that is none", { roles: { a: { permissions: [{ actions: [] }] } }, bindings: [] }, "permissions"],
])("a policy with %s is not started with", async (_, policy, words) => {
  using world = securityWorld(policy);
  await expect(world.hold()).rejects.toThrow(words);
});

test("roles that inherit in a circle do no harm", async () => {
  const circle = { a: { permissions: ["x"], inherits: ["b"] }, b: { permissions: ["y"], inherits: ["a"] } };
  using world = securityWorld({ roles: circle, bindings: [{ tenant: "*", subject: "*", roles: ["a"] }] });
  await using server = await world.hold();
  expect(await server.call("authorize", { subject: "s", permissions: ["x", "y"] })).toMatchObject({ allowed: true });
  expect(await server.call("authorize", { subject: "s", action: "z" })).toMatchObject({ allowed: false });
});
