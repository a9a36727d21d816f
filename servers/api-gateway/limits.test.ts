import { expect, test } from "vitest";
import { circuitBreaker } from "./circuit-breaker.ts";
import { openGateway } from "./gateway.ts";
import { rateLimitExceeded } from "./gateway-error.ts";
import { mapResponse } from "./map-response.ts";
import { rateWindow } from "./rate-window.ts";
import type { MappedField } from "./read-apis-file.ts";
import { readRetryAfter, retryDelayMs } from "./retry-policy.ts";

test("a breaker opens after three failures in a row, lets one through after its time, and closes when that succeeds", () => {
  const breaker = circuitBreaker({ failures: 3, openMs: 60_000 });
  for (const atMs of [0, 1, 2]) {
    expect(breaker.enter(atMs)).toEqual({ allowed: true });
    breaker.failed(atMs);
  }
  expect(breaker.enter(10)).toEqual({ allowed: false, retryAfterMs: 59_992 });
  expect(breaker.state(60_002)).toBe("half_open");
  expect(breaker.enter(60_002)).toEqual({ allowed: true });
  expect(breaker.enter(60_003)).toMatchObject({ allowed: false });
  breaker.succeeded();
  expect(breaker.state(60_004)).toBe("closed");
});

test("a breaker is open again when the one that it let through fails, and free again when that one was cancelled", () => {
  const breaker = circuitBreaker({ failures: 1, openMs: 100 });
  breaker.enter(0);
  breaker.failed(0);
  breaker.enter(100);
  breaker.failed(100);
  expect(breaker.enter(150)).toEqual({ allowed: false, retryAfterMs: 50 });
  breaker.enter(200);
  breaker.left();
  expect(breaker.enter(201)).toEqual({ allowed: true });
});

test("successes between failures keep a breaker closed", () => {
  const breaker = circuitBreaker({ failures: 2, openMs: 100 });
  for (let nth = 0; nth < 10; nth += 1) {
    breaker.failed(nth);
    breaker.succeeded();
  }
  expect(breaker.state(10)).toBe("closed");
});

test("a window has so many places in any minute, and tells when the next one is free", () => {
  const window = rateWindow(2);
  expect([window.take(0), window.take(10_000), window.take(20_000)]).toEqual([0, 0, 40_000]);
  expect([window.take(60_000), window.take(60_001)]).toEqual([0, 9_999]);
  expect(window.remaining(200_000)).toBe(2);
});

test.each([
  ["the first pause is 100 ms", { status: 503 }, { attempt: 1 }, 100],
  ["each is twice the one before", { status: 503 }, { attempt: 3 }, 400],
  ["the API says when", { status: 503, retryAfterMs: 2_000 }, { attempt: 1 }, 2_000],
  ["a long wait is for the caller", { status: 503, retryAfterMs: 60_000 }, { attempt: 1 }, undefined],
  ["no answer may be no trouble next time", {}, { attempt: 1 }, 100],
  ["attempts end", { status: 503 }, { attempt: 4 }, undefined],
  ["what was refused stays refused", { status: 404 }, { attempt: 1 }, undefined],
  ["what changes something is not sent twice", { status: 503 }, { attempt: 1, repeatable: false }, undefined],
  ["unless nothing was done", { status: 429 }, { attempt: 1, repeatable: false }, 100],
])("pauses: %s", (_, end, how, delayMs) => {
  expect(retryDelayMs(end, { retries: 3, repeatable: true, ...how })).toBe(delayMs);
});

test("Retry-After is seconds or a date", () => {
  expect(readRetryAfter("3", 0)).toBe(3_000);
  expect(readRetryAfter("Thu, 01 Jan 1970 00:00:05 GMT", 1_000)).toBe(4_000);
  expect([readRetryAfter("soon", 0), readRetryAfter(undefined, 0), readRetryAfter("-1", Date.now())]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

const field = (from: string, type: MappedField["type"], more: Partial<MappedField> = {}): MappedField => ({
  from,
  type,
  required: true,
  ...more,
});

test("an API that wants to be left alone for ever is left alone for an hour", () => {
  const waitMs = readRetryAfter("Fri, 31 Dec 9999 23:59:59 GMT", 0) ?? 0;
  expect(rateLimitExceeded("busy", waitMs).error).toMatchObject({ httpStatusCode: 429, retryAfter: 3_600 });
});

test("answers that may be used again do not fill the memory", () => {
  const none = undefined as never;
  const { cache } = openGateway(new Map(), { http: none, credentials: none, secrets: none, clock: none });
  for (const name of ["one", "other"]) cache.set(name, { status: 200, data: "x".repeat(9_000_000), untilMs: 0 });
  expect([...cache.keys()]).toEqual(["other"]);
});

test("a mapping takes fields by pointers, converts numbers in text, and goes through lists", () => {
  const answer = { a: { "b/c": "21.5" }, list: [{ x: 1 }, { x: "2" }], on: "true", "": { "~": 3 } };
  const mapping = {
    number: field("/a/b~1c", "number"),
    items: field("/list", "array", { each: { value: field("/x", "integer") } }),
    on: field("/on", "boolean"),
    odd: field("//~0", "integer"),
    missing: field("/none", "string", { default: "none" }),
    optional: field("/none", "string", { required: false }),
  };
  expect(mapResponse(answer, mapping)).toEqual({ number: 21.5, items: [{ value: 1 }, { value: 2 }], on: true, odd: 3, missing: "none" });
});

test("a mapping tells everything that does not fit, and takes nothing from prototypes", () => {
  const mapping = { a: field("/a", "number"), b: field("/constructor/name", "string"), c: field("/__proto__", "any") };
  expect(() => mapResponse({ a: "many" }, mapping)).toThrow("/a is no number; /constructor/name is missing; /__proto__ is missing");
});
