import { expect, test } from "vitest";
import { serverConfig } from "../../test/support/server-config.ts";
import type { SecurityDemand, ServerAddress } from "../model/server.ts";
import { securityFaults } from "./server-security.ts";
import type { SecurityFacts } from "./server-security.ts";

const NOW_MS = Date.UTC(2026, 5, 1);
const ALL: readonly SecurityDemand[] = ["authenticated", "encrypted", "audited"];
const CERTIFICATE = { certFile: "/c", keyFile: "/k" };
const STDIO: ServerAddress = { kind: "stdio", command: "c", args: [], env: {} };
const NO_CREDENTIAL = 'must be authenticated, and has neither a header such as "Authorization" or "X-API-Key" nor a client certificate';
const IN_THE_CLEAR = "must be encrypted, and its address begins neither with https:// nor with wss://";

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `Bearer ${part({ alg: "ES256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

function http(url: string, headers: Readonly<Record<string, string>> = {}, more: object = {}): ServerAddress {
  return { kind: "http", url, headers, ...more };
}

/** What is wrong with a server, without its name, which begins every sentence. */
function faultsOf(connection: ServerAddress, facts: Partial<SecurityFacts> = {}): readonly string[] {
  const faults = securityFaults(serverConfig({ name: "web", connection }), { demands: ALL, nowMs: NOW_MS, ...facts });
  return faults.map((fault) => fault.replace(/^server "web" /, ""));
}

test.each<readonly [string, ServerAddress, readonly string[]]>([
  ["a child process", STDIO, []],
  ["a token over TLS", http("https://a.example/mcp", { Authorization: "Bearer abc" }), []],
  ["a key over a WebSocket with TLS", { kind: "websocket", url: "wss://a.example", headers: { "x-api-key": "abc" } }, []],
  ["a client certificate", http("https://a.example", {}, { tls: CERTIFICATE }), []],
  ["a token that is good for an hour", http("https://a.example", { authorization: jwt({ exp: NOW_MS / 1_000 + 3_600 }) }), []],
  ["a key on this machine", http("http://127.0.0.1:80", { "X-API-KEY": "abc" }), []],
  ["nothing at all", http("https://a.example", { accept: "abc" }), [NO_CREDENTIAL]],
  ["half a certificate", http("https://a.example", {}, { tls: { certFile: "/c" } }), [NO_CREDENTIAL]],
  ["a certificate that nobody is shown", http("http://localhost:80", {}, { tls: CERTIFICATE }), [NO_CREDENTIAL]],
  ["a certificate in place of one for all", http("https://a.example", {}, { tls: {} }), [NO_CREDENTIAL]],
  [
    "a variable that was empty",
    http("https://a.example", { Authorization: "Bearer " }),
    ['must be authenticated, and its header "Authorization" has no credential'],
  ],
  ["a word that is only like a scheme", http("https://a.example", { Authorization: "tokenABC" }), []],
  [
    "a token of yesterday",
    http("https://a.example", { Authorization: jwt({ exp: NOW_MS / 1_000 }) }),
    ['must be authenticated, and the token in its header "Authorization" has expired at 2026-06-01T00:00:00.000Z'],
  ],
  [
    "a token of tomorrow",
    http("https://a.example", { Authorization: jwt({ nbf: NOW_MS / 1_000 + 86_400 }) }),
    ['must be authenticated, and the token in its header "Authorization" is not valid before 2026-06-02T00:00:00.000Z'],
  ],
  ["a token with odd claims", http("https://a.example", { Authorization: jwt({ exp: "soon", nbf: 1e300 }) }), []],
  ["a token that only looks like a JWT", http("https://a.example", { Authorization: "Bearer a.b.c" }), []],
  ["a token in the clear", http("http://a.example", { Authorization: "Bearer abc" }, { insecure: true }), [IN_THE_CLEAR]],
  ["a WebSocket in the clear, without a token", { kind: "websocket", url: "ws://a.example", headers: {} }, [NO_CREDENTIAL, IN_THE_CLEAR]],
])("with %s", (_, connection, faults) => {
  expect(faultsOf(connection)).toEqual(faults);
});

test("what is not demanded is no fault", () => {
  const connection = http("http://a.example");
  expect(faultsOf(connection, { demands: [], auditFault: "the disk is full" })).toEqual([]);
  expect(faultsOf(connection, { demands: ["encrypted"] })).toEqual([IN_THE_CLEAR]);
  expect(faultsOf(http("https://a.example"), { demands: ["authenticated"], tls: CERTIFICATE })).toEqual([]);
});

test("an audit log that cannot be written is a fault of every server", () => {
  expect(faultsOf(STDIO, { auditFault: "the disk is full" })).toEqual([
    'calls of server "web" must be audited, and the audit log cannot be written: the disk is full',
  ]);
});

test("every replica has to be what is demanded", () => {
  const replicas = [{ name: "b", tier: 2, connection: http("http://b.example", { Authorization: "Bearer abc" }) }];
  const faults = securityFaults(serverConfig({ name: "web", connection: STDIO, replicas }), { demands: ALL, nowMs: NOW_MS });
  expect(faults).toEqual([`replica "b" of server "web" ${IN_THE_CLEAR}`]);
});
