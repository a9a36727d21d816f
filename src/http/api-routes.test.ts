import { expect, test } from "vitest";
import * as z from "zod";
import { echoing, gateFor, httpWorld } from "../../test/support/http-world.ts";
import type { Asking, HttpWorld } from "../../test/support/http-world.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { limitedGate } from "./limited-gate.ts";
import type { Operation, Route } from "../contract/operation.ts";

const INPUT = z.strictObject({
  thing_id: z.string().optional(),
  count: z.int().optional(),
  ready: z.boolean().optional(),
  names: z.array(z.string()).optional(),
  either: z.union([z.int(), z.literal("all")]).optional(),
  anything: z.unknown().optional(),
  request_key: z.string().optional(),
});

/** A world with one operation that answers with what it gets. */
function world(route: Route, about: Partial<Operation<unknown, unknown>> = {}, known: Readonly<Record<string, string>> = {}): HttpWorld {
  const { operation, table } = echoing({ input: INPUT, route, ...about });
  return httpWorld({ operations: [operation], gate: gateFor(table, known) });
}

async function answer(route: Route, path: string, asking?: Asking, about?: Partial<Operation<unknown, unknown>>): Promise<unknown> {
  await using here = world(route, about);
  const response = await here.ask(`/api/v1${path}`, asking);
  return [response.status, await response.json()];
}

const GET: Route = { method: "GET", path: "/things/{thing_id}" };
const POST: Route = { method: "POST", path: "/things/{thing_id}" };

test.each([
  ["/things/a?count=3&ready=true", { thing_id: "a", count: 3, ready: true }],
  ["/things/3?count=-1&ready=false", { thing_id: "3", count: -1, ready: false }],
  ["/things/a%2Fb%20c", { thing_id: "a/b c" }],
  ["/things/a?names=x&names=y", { thing_id: "a", names: ["x", "y"] }],
  ["/things/a?names=x", { thing_id: "a", names: ["x"] }],
  ['/things/a?names=["x","1"]', { thing_id: "a", names: ["x", "1"] }],
  ["/things/a?either=all", { thing_id: "a", either: "all" }],
  ["/things/a?either=3", { thing_id: "a", either: 3 }],
  ['/things/a?anything={"b":1}', { thing_id: "a", anything: { b: 1 } }],
  ["/things/a?anything=b", { thing_id: "a", anything: "b" }],
])("GET %s is understood by the schema of the operation", async (path, expected) => {
  expect(await answer(GET, path)).toEqual([200, expected]);
});

test.each([
  ["/things/a?count=three", /count/],
  ["/things/a?count=1&count=2", /count/],
  ["/things/a?unknown=1", /unknown/],
  ["/things/a?thing_id=b", /in the path already/],
])("GET %s is refused, and says why", async (path, message) => {
  expect(await answer(GET, path)).toEqual([400, { error: { code: expect.any(String), message: expect.stringMatching(message) } }]);
});

test("a body is added to what is in the path, and may be left out", async () => {
  expect(await answer(POST, "/things/a", { body: { count: 1 } })).toEqual([200, { thing_id: "a", count: 1 }]);
  expect(await answer(POST, "/things/a", { body: { thing_id: "a", count: 1 } })).toEqual([200, { thing_id: "a", count: 1 }]);
  expect(await answer(POST, "/things/a", { body: { thing_id: "b", count: 1 } })).toMatchObject([
    400,
    { error: { code: "http.malformed" } },
  ]);
  expect(await answer(POST, "/things/a", { method: "POST" })).toEqual([200, { thing_id: "a" }]);
  expect(await answer({ ...POST, method: "PUT" }, "/things/a", { method: "PUT", body: { count: 1 } })).toMatchObject([200, { count: 1 }]);
  expect(await answer({ ...POST, method: "DELETE" }, "/things/a?count=1", { method: "DELETE" })).toMatchObject([200, { count: 1 }]);
});

const JSON_TYPE = { "content-type": "application/json" };

test.each<[string, Asking, number, string]>([
  ["text", { body: "{}", headers: { "content-type": "text/plain" } }, 415, "http.media-type"],
  ["a form", { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, "http.media-type"],
  ["no type", { body: "{}", headers: { "content-type": "" } }, 415, "http.media-type"],
  ["another alphabet", { body: "{}", headers: { "content-type": "application/json; charset=latin1" } }, 415, "http.media-type"],
  ["half a document", { body: "{", headers: JSON_TYPE }, 400, "http.malformed"],
  ["a list", { body: "[]", headers: JSON_TYPE }, 400, "http.malformed"],
  ["null", { body: "null", headers: JSON_TYPE }, 400, "http.malformed"],
  ["what is too deep", { body: `{"anything":${"[".repeat(200)}${"]".repeat(200)}}`, headers: JSON_TYPE }, 400, "http.malformed"],
  [
    "what is much too deep",
    { body: `{"anything":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, headers: JSON_TYPE },
    400,
    "http.malformed",
  ],
  ["too much", { body: `{"anything":"${"x".repeat(4 * 2 ** 20)}"}`, headers: JSON_TYPE }, 413, "http.too-large"],
  ["what is in the path", { body: { thing_id: "b" } }, 400, "http.malformed"],
  ["what it does not take", { body: { other: 1 } }, 400, "usage"],
])("a body that is %s is refused", async (_, asking, status, code) => {
  expect(await answer(POST, "/things/a", asking)).toMatchObject([status, { error: { code } }]);
});

test("a query beside a body is refused", async () => {
  expect(await answer(POST, "/things/a?count=1", { body: {} })).toMatchObject([400, { error: { code: "http.malformed" } }]);
});

test("Idempotency-Key is the request key of what takes one, and refused where repeating cannot be made safe", async () => {
  const headers = { "idempotency-key": "k1" };
  const change = { kind: "change", repeatable: "with-request-key" } as const;
  expect(await answer(POST, "/things/a", { body: {}, headers }, change)).toMatchObject([200, { request_key: "k1" }]);
  expect(await answer(POST, "/things/a", { body: { request_key: "k1" }, headers }, change)).toMatchObject([200, { request_key: "k1" }]);
  expect(await answer(POST, "/things/a", { body: { request_key: "k2" }, headers }, change)).toMatchObject([400, {}]);
  expect(await answer(POST, "/things/a", { body: {}, headers }, { kind: "change", repeatable: "never" })).toMatchObject([400, {}]);
  expect(await answer(POST, "/things/a", { body: {}, headers })).toEqual([200, { thing_id: "a" }]);
});

test.each([
  [{ thing_id: "new one" }, 201],
  [{ thing_id: "new one", created: true }, 201],
  [{ thing_id: "new one", created: false }, 200],
])("what was made is said to be at its place: %j", async (output, status) => {
  await using here = world({ method: "POST", path: "/things", creates: "/things/{thing_id}" }, { input: z.unknown() });
  const response = await here.ask("/api/v1/things", { body: output });
  expect([response.status, response.headers.get("location")]).toEqual([status, "/api/v1/things/new%20one"]);
});

test("a path is answered by its methods, and says which they are", async () => {
  await using here = world(GET);
  expect((await here.ask("/api/v1/things/a", { method: "HEAD" })).status).toBe(200);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await here.ask("/api/v1/things/a", { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  }
  const options = await here.ask("/api/v1/things/a", { method: "OPTIONS" });
  expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  for (const path of ["/things", "/things/", "/things/a/", "//things/a", "/", "/things/a/b"]) {
    expect((await here.ask(`/api/v1${path}`)).status).toBe(404);
  }
});

const KNOWN = { "secret-1": "acme", "secret-2": "acme" };

test.each([
  [{ authorization: "Bearer secret-1" }, 200],
  [{ authorization: "bearer secret-1" }, 200],
  [{ "x-api-key": "secret-1" }, 200],
  [{}, 401],
  [{ authorization: "Bearer wrong" }, 401],
  [{ "x-api-key": "wrong" }, 401],
  [{ authorization: "Basic c2VjcmV0" }, 400],
  [{ authorization: "Bearer" }, 400],
  [{ authorization: "Bearer secret-1 secret-2" }, 400],
  [{ authorization: "Bearer secret-1", "x-api-key": "secret-2" }, 400],
])("whoever shows %j is answered with %d", async (headers, status) => {
  await using here = world(GET, {}, KNOWN);
  const response = await here.ask("/api/v1/things/a", { headers: { ...headers } });
  expect(response.status).toBe(status);
  expect(response.headers.get("www-authenticate")).toBe(status === 401 ? 'Bearer realm="tutti"' : null);
  expect((await here.ask("/api/v1/nothing", { headers: { ...headers } })).status).toBe(status === 200 ? 404 : status);
});

test("a caller who asks too often is told when to come again, and others are not held up", async () => {
  const clock = new ManualClock();
  const { operation, table } = echoing({ input: INPUT, route: GET });
  const rate = { count: 2, perMs: 10_000 };
  await using here = httpWorld({ operations: [operation], gate: limitedGate({ gate: gateFor(table, KNOWN), clock, rate }), clock });
  const asks = async (key: string): Promise<readonly [number, string | null]> => {
    const response = await here.ask("/api/v1/things/a", { headers: { "x-api-key": key } });
    return [response.status, response.headers.get("retry-after")];
  };
  for (let turn = 0; turn < 4; turn += 1) expect(await asks("secret-1")).toEqual([200, null]);
  expect(await asks("secret-1")).toEqual([429, "5"]);
  expect(await asks("secret-2")).toEqual([200, null]);
  clock.advance(5_000);
  expect(await asks("secret-1")).toEqual([200, null]);
});

test("an address that guesses is heard no more for a while, and others are", async () => {
  await using here = world(GET, {}, KNOWN);
  const asks = async (key: string, address: string): Promise<number> =>
    (await here.ask("/api/v1/things/a", { headers: { "x-api-key": key }, address })).status;
  expect(await asks("secret-2", "10.0.0.1")).toBe(200);
  for (let guess = 0; guess < 20; guess += 1) expect(await asks(`guess-${guess}`, "10.0.0.1")).toBe(401);
  expect(await asks("guess", "10.0.0.1")).toBe(429);
  expect(await asks("secret-1", "10.0.0.1")).toBe(429);
  expect(await asks("secret-1", "10.0.0.2")).toBe(200);
  // Who was let in before shares the address with whoever guesses.
  expect(await asks("secret-2", "10.0.0.1")).toBe(200);
});

test("whoever is asked for nothing is not held up", async () => {
  await using here = world(GET);
  for (let turn = 0; turn < 500; turn += 1) expect((await here.ask("/api/v1/things/a")).status).toBe(200);
});

test("a page that may ask may also read refusals", async () => {
  await using here = world(GET, {}, KNOWN);
  const response = await here.ask("/api/v1/things/a", { headers: { origin: "http://localhost:3000" } });
  expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([401, "http://localhost:3000"]);
});
