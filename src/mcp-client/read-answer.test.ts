import { expect, test } from "vitest";
import type { Json, JsonObject } from "../base/json.ts";
import { CONTEXT_KEY, ENVELOPE_KEY } from "../envelope/meta-keys.ts";
import { readAnswer } from "./read-answer.ts";

const ASKED = { [ENVELOPE_KEY]: { meta: { tenant: "acme" } } };

function resultWith(envelope: Json): JsonObject {
  return { content: [], _meta: { [ENVELOPE_KEY]: envelope } };
}

test.each([[{}], [{ _meta: {} }], [{ _meta: null }], [{ _meta: [] }], [{ _meta: { "com.other/envelope": {} } }]])(
  "%j has no envelope",
  (result) => {
    expect(readAnswer(result, ASKED)).toEqual({ kind: "none" });
  },
);

test("of the meta, only what is about the answer is taken", () => {
  const meta = {
    request_id: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55",
    tenant: "acme",
    session_id: "s",
    agent_id: "a",
    workflow_id: "w",
    security: { user_id: "root", roles: ["admin"], permissions: ["all:things"] },
    on_behalf_of: { original_user: "root" },
    security_context: { redirect_to: "https://evil.example" },
    error_policy: "best_effort",
    tracing: { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: "b7ad6b7169203331" },
    debug: { environment_vars: { SECRET: "x" } },
    duration: 12.5,
    timestamp: "2026-11-20T09:00:00Z",
    performance: { db_query_count: 2 },
    extensions: { pagination: { next: 2 } },
  };
  expect(readAnswer(resultWith({ meta, metadata: { row_count: 3 } }), ASKED)).toEqual({
    kind: "answer",
    answer: {
      meta: {
        duration: 12.5,
        timestamp: "2026-11-20T09:00:00Z",
        performance: { dbQueryCount: 2 },
        extensions: { pagination: { next: 2 } },
      },
      metadata: { row_count: 3 },
    },
  });
});

test.each([
  [ASKED, "foreign"],
  [{ [CONTEXT_KEY]: { tenant: "acme" } }, "foreign"],
  [{ [CONTEXT_KEY]: { tenant: "globex" } }, "answer"],
  [{}, "answer"],
])("an answer for globex to a call that was sent with %j is %s", (sent, kind) => {
  const reading = readAnswer(resultWith({ meta: { tenant: "globex" } }), sent);
  expect(reading.kind).toBe(kind);
  expect(JSON.stringify(reading.kind === "answer" ? reading.answer : {})).not.toContain("globex");
});

test.each([
  ["text", "must be an object"],
  [[], "must be an object"],
  [{}, "meta: must be an object"],
  [{ meta: { duration: -1 } }, "meta.duration"],
  [{ meta: { tenant: 5 } }, "meta.tenant"],
  [{ meta: {}, error: { message: "no" } }, "error.type"],
  [{ meta: {}, error: { type: "Nonsense", code: "c", message: "m" } }, "error.type"],
  [{ meta: { extensions: { big: "x".repeat(70_000) } } }, "must be at most"],
  [{ meta: {}, metadata: { big: "x".repeat(140_000) } }, "must be at most"],
  [{ meta: { extensions: nested(10_000) } }, "deep"],
])("%.60j is not used, with the reason", (envelope, reason) => {
  expect(readAnswer(resultWith(envelope as Json), ASKED)).toMatchObject({ kind: "unusable", reason: expect.stringContaining(reason) });
});

function nested(depth: number): JsonObject {
  let document: JsonObject = {};
  for (let level = 0; level < depth; level += 1) document = { a: document };
  return document;
}
