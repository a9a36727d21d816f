import { expect, test } from "vitest";
import { parseEnvelope, printEnvelope } from "./envelope-codec.ts";
import type { Envelope } from "./envelope.ts";

const ID = "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55";

test("what is printed is read back", () => {
  const envelope: Envelope<{ a: number }> = {
    meta: { requestId: ID, tenant: "acme", tracing: { traceId: "a".repeat(32), tags: { aB: "y" } } },
    data: { a: 1 },
    error: { type: "External", code: "X", message: "m", retryAfter: 3, details: null },
  };
  expect(parseEnvelope(printEnvelope(envelope))).toEqual(envelope);
});
