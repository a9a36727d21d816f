import { expect, test } from "vitest";
import type { Json } from "../base/json.ts";
import { decodeEnvelope, encodeEnvelope, ENVELOPE_BYTES_MAX, parseEnvelope, printEnvelope } from "./envelope-codec.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { Envelope } from "./envelope.ts";
import { META_BYTES_MAX } from "./meta-codec.ts";

const ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";

test("an envelope is written with meta, data and error, in snake_case, and people's own keys stay", () => {
  const envelope: Envelope<Json> = {
    meta: { requestId: ID, tenant: "acme", tracing: { tags: { orderId: "1" } }, extensions: { myPart: { aB: 1 } } },
    data: { orderId: 1 },
    error: { type: "External", code: "X", message: "m", details: { aB: null }, httpStatusCode: 502, retryAfter: 3 },
  };
  expect(encodeEnvelope(envelope)).toEqual({
    meta: { request_id: ID, tenant: "acme", tracing: { tags: { orderId: "1" } }, extensions: { myPart: { aB: 1 } } },
    data: { orderId: 1 },
    error: { type: "External", code: "X", message: "m", details: { aB: null }, http_status_code: 502, retry_after: 3 },
  });
  expect(parseEnvelope(printEnvelope(envelope))).toEqual(envelope);
});

const ERROR = { type: "Internal", code: "X", message: "m" };

const accepted: readonly { readonly name: string; readonly document: Json; readonly envelope: Envelope<Json> }[] = [
  { name: "data may be named payload", document: { meta: {}, payload: 1 }, envelope: { meta: {}, data: 1 } },
  { name: "null is data", document: { meta: {}, data: null }, envelope: { meta: {}, data: null } },
  {
    name: "null is details of an error",
    document: { meta: {}, error: { ...ERROR, details: null } },
    envelope: { meta: {}, error: { type: "Internal", code: "X", message: "m", details: null } },
  },
  { name: "an error of null is none", document: { meta: {}, data: 1, error: null }, envelope: { meta: {}, data: 1 } },
  {
    name: "data and an error are a partial success",
    document: { meta: {}, data: 1, error: ERROR },
    envelope: { meta: {}, data: 1, error: { type: "Internal", code: "X", message: "m" } },
  },
  {
    name: "names may be in camelCase",
    document: { meta: { requestId: ID }, error: { ...ERROR, httpStatusCode: 503, retryAfter: 0.5 } },
    envelope: { meta: { requestId: ID }, error: { type: "Internal", code: "X", message: "m", httpStatusCode: 503, retryAfter: 0.5 } },
  },
  { name: "members that are not known are left out", document: { meta: { x: 1 }, data: 1, x: 2 }, envelope: { meta: {}, data: 1 } },
];

test.each(accepted)("$name", ({ document, envelope }) => {
  expect(decodeEnvelope(document)).toEqual(envelope);
});

const refused: readonly { readonly name: string; readonly document: unknown; readonly problems: readonly string[] }[] = [
  { name: "something else than an object", document: [], problems: ["envelope: must be an object with meta, and with data or error"] },
  { name: "no meta", document: { data: 1 }, problems: ["meta: must be an object"] },
  { name: "neither data nor error", document: { meta: {} }, problems: ["envelope: must have data, error or both"] },
  { name: "data under both names", document: { meta: {}, data: 1, payload: 1 }, problems: ["payload: must not be given beside data"] },
  {
    name: "data that JSON cannot hold",
    document: { meta: {}, data: { a: [1, Number.NaN] } },
    problems: ["data.a[1]: must be a finite number"],
  },
  {
    name: "data of a class",
    document: { meta: {}, data: new Date(0) },
    problems: ["data: must be a JSON value, not an object of a class"],
  },
  {
    name: "data that is a function",
    document: { meta: {}, data: { a: () => 1 } },
    problems: ["data.a: must be a JSON value, not function"],
  },
  { name: "an empty version", document: { meta: { version: "" }, data: 1 }, problems: ['meta.version: must not be empty, not ""'] },
  {
    name: "a blank tenant",
    document: { meta: { tenant: " " }, data: 1 },
    problems: ['meta.tenant: must be 1 to 100 of a-z, 0-9 and -, neither beginning nor ending with -, not " "'],
  },
  { name: "a negative duration", document: { meta: { duration: -1 }, data: 1 }, problems: ["meta.duration: must be at least 0, not -1"] },
  { name: "an error that is text", document: { meta: {}, error: "no" }, problems: ['error: must be an object, not "no"'] },
  {
    name: "an error without a code",
    document: { meta: {}, error: { type: "Internal", message: "m" } },
    problems: ["error.code: must be text, and is missing"],
  },
  {
    name: "an error without a message",
    document: { meta: {}, error: { type: "Internal", code: "X", message: " " } },
    problems: ['error.message: must not be empty, not " "'],
  },
  {
    name: "a status that is none of an error",
    document: { meta: {}, error: { ...ERROR, http_status_code: 200 } },
    problems: ["error.http_status_code: must be at least 400, not 200"],
  },
  {
    name: "one member under two names",
    document: { meta: {}, error: { ...ERROR, retry_after: 1, retryAfter: 2 } },
    problems: ["error.retry_after: must not be given in snake_case and in camelCase"],
  },
  {
    name: "many things at once",
    document: { meta: { duration: -1 }, data: Number.NaN, error: { ...ERROR, code: 5 } },
    problems: ["meta.duration: must be at least 0, not -1", "data: must be a finite number", "error.code: must be text, not 5"],
  },
];

test.each(refused)("$name is refused", ({ document, problems }) => {
  expect(problemsOf(() => decodeEnvelope(document))).toEqual(problems);
});

test("an error without a type is refused with all types that there are", () => {
  const [problem] = problemsOf(() => decodeEnvelope({ meta: {}, error: { code: "X", message: "m" } }));
  expect(problem).toContain('error.type: must be "Envelope" or "Config" or ');
});

const bodies: readonly { readonly name: string; readonly body: string | Uint8Array; readonly problem: string }[] = [
  { name: "an empty body", body: "", problem: "envelope: must be a JSON object, and the body is empty" },
  { name: "a blank body", body: " \n", problem: "envelope: must be a JSON object, and the body is empty" },
  { name: "half an envelope", body: '{"meta":{', problem: "envelope: must be JSON (" },
  { name: "bytes that are no UTF-8", body: new Uint8Array([0x7b, 0xff, 0x7d]), problem: "envelope: must be text in UTF-8" },
  { name: "a number that no computer holds", body: '{"meta":{},"data":1e999}', problem: "data: must be a finite number" },
  {
    name: "a text of more than 1 MiB",
    body: `{"meta":{},"data":"${"x".repeat(ENVELOPE_BYTES_MAX)}"}`,
    problem: "envelope: must be at most 1048576 bytes",
  },
  {
    name: "a text of fewer characters and more bytes",
    body: `{"meta":{},"data":"${"€".repeat(ENVELOPE_BYTES_MAX / 3)}"}`,
    problem: "envelope: must be at most 1048576 bytes",
  },
  {
    name: "more than 64 KiB of meta",
    body: `{"meta":{"agent_id":"${"x".repeat(META_BYTES_MAX)}"},"data":1}`,
    problem: "meta: must be at most 65536 bytes",
  },
  {
    name: "more than 64 KiB of meta, all of it unknown",
    body: `{"meta":{"x":"${"€".repeat(META_BYTES_MAX / 3)}"},"data":1}`,
    problem: "meta: must be at most 65536 bytes",
  },
  {
    name: "deep lists",
    body: `{"meta":{},"data":${"[".repeat(101)}${"]".repeat(101)}}`,
    problem: "data: must be nested at most 100 levels deep",
  },
  {
    name: "half a million open lists",
    body: `{"meta":{},"data":${"[".repeat(500_000)}${"]".repeat(500_000)}}`,
    problem: "data: must be nested at most 100 levels deep",
  },
  {
    name: "a deep meta",
    body: `{"meta":{"x":${'{"a":'.repeat(200)}1${"}".repeat(200)}},"data":1}`,
    problem: "meta: must be nested at most 100 levels deep",
  },
];

test.each(bodies)("$name is refused", ({ body, problem }) => {
  expect(problemsOf(() => parseEnvelope(body)).join("\n")).toContain(problem);
});

test("what would be refused at the other end is not printed", () => {
  const tooLarge = "x".repeat(ENVELOPE_BYTES_MAX);
  expect(problemsOf(() => printEnvelope({ meta: {} }))).toEqual(["envelope: must have data, error or both"]);
  expect(problemsOf(() => printEnvelope({ meta: { tenant: "A" }, data: 1 }))).toHaveLength(1);
  expect(problemsOf(() => printEnvelope({ meta: {}, data: tooLarge }))).toEqual(["envelope: must be at most 1048576 bytes"]);
  expect(problemsOf(() => printEnvelope({ meta: { agentId: "€".repeat(30_000) }, data: 1 }))).toEqual([
    "meta: must be at most 65536 bytes when it is encoded",
  ]);
  expect(problemsOf(() => printEnvelope({ meta: {}, data: Number.POSITIVE_INFINITY }))).toEqual(["data: must be a finite number"]);
});

test("the largest envelope that may be printed can be parsed", () => {
  const room = ENVELOPE_BYTES_MAX - '{"meta":{},"data":""}'.length;
  const envelope = { meta: {}, data: "x".repeat(room) };
  expect(printEnvelope(envelope).length).toBe(ENVELOPE_BYTES_MAX);
  expect(parseEnvelope(printEnvelope(envelope))).toEqual(envelope);
});

test("keys that reach for prototypes are data like any other, and unknown fields in the meta", () => {
  const text =
    '{"__proto__":{"error":1},"meta":{"__proto__":{"tenant":"evil"},"constructor":1},"data":{"__proto__":{"x":1},"constructor":2}}';
  const { meta, data } = parseEnvelope(text);
  expect(meta.tenant).toBeUndefined();
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  expect(JSON.stringify(data)).toBe('{"__proto__":{"x":1},"constructor":2}');
  expect("x" in {}).toBe(false);
});

test("a problem shows keys and values so that they cannot paint on a terminal", () => {
  const [problem] = problemsOf(() => decodeEnvelope({ meta: {}, data: { "\u001b[2J\u202e": Number.NaN } }));
  expect(problem).toBe("data.\\u{1b}[2J\\u{202e}: must be a finite number");
  expect(problemsOf(() => parseEnvelope("\u001b[2J")).join("\n")).not.toContain("\u001b");
});

const LONG_PIECES = ["T", "2026-01-31T", "a:", " ", "-", "0"];

test.each(LONG_PIECES)("60,000 characters of %o are refused at once, wherever they stand", (piece) => {
  const long = piece.repeat(60_000 / piece.length);
  for (const meta of [{ timestamp: long }, { tenant: long }, { child_request_id: long }, { security: { permissions: [long, ""] } }]) {
    const startedMs = performance.now();
    expect(problemsOf(() => decodeEnvelope({ meta, data: 1 }))).not.toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  }
});

test("of thousands of problems the first are told, and how many more there are", () => {
  const completedSteps = Array.from({ length: 2_000 }, () => 1);
  const problems = problemsOf(() => decodeEnvelope({ meta: { workflowContext: { completedSteps } }, data: 1 }));
  expect(problems).toHaveLength(51);
  expect(problems.at(-1)).toBe("and 1950 more problems");
});

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof EnvelopeInvalidError) return error.problems;
    throw error;
  }
  return [];
}
