import { expect, test } from "vitest";
import { ERROR_VARIANTS } from "./error-variant.ts";
import { isUserError, type RetryClass, shouldRetry, VARIANT_TRAITS } from "./variant-traits.ts";

const retried: Readonly<Record<Exclude<RetryClass, "none">, readonly string[]>> = {
  exponential: ["Transport", "Connection", "NatsTimeout", "NatsConnection", "McpClientConnection"],
  linear: ["External", "Remote", "NatsDiscovery", "McpServerNotFound", "McpServerRegistration"],
  immediate: ["Deserialization", "Grpc", "NatsMessage", "McpToolExecution"],
};

test("each variant is sent again in its own way, and all others never", () => {
  const classes = new Map(Object.entries(retried).flatMap(([retryClass, variants]) => variants.map((variant) => [variant, retryClass])));
  expect(ERROR_VARIANTS).toHaveLength(28);
  for (const variant of ERROR_VARIANTS) {
    expect([variant, VARIANT_TRAITS[variant].retryClass]).toEqual([variant, classes.get(variant) ?? "none"]);
    expect(shouldRetry({ type: variant })).toBe(classes.has(variant));
  }
});

test("what the user has to mend is not sent again as it is", () => {
  const users = ERROR_VARIANTS.filter((type) => isUserError({ type }));
  expect(users).toEqual(["Envelope", "Validation", "Security", "TenantExtraction"]);
  expect(users.filter((type) => shouldRetry({ type }))).toEqual([]);
});

test("the codes that everybody knows have their status", () => {
  const known = {
    Validation: ["VALIDATION_FAILED", 400],
    Security: ["AUTHENTICATION_FAILED", 401],
    Internal: ["INTERNAL_SERVER_ERROR", 500],
  };
  for (const [variant, [code, httpStatus]] of Object.entries(known)) {
    expect(VARIANT_TRAITS).toHaveProperty(variant, expect.objectContaining({ code, httpStatus }));
  }
});

test.each(ERROR_VARIANTS)(
  "%s has a status from 400 to 599, a code that JSON-RPC leaves to us or defines, and words for a person",
  (variant) => {
    const { code, httpStatus, jsonRpcCode, userMessage } = VARIANT_TRAITS[variant];
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(httpStatus).toBeGreaterThanOrEqual(400);
    expect(httpStatus).toBeLessThanOrEqual(599);
    expect([-32_700, -32_600, -32_602, -32_603, -32_000, -31_000 - httpStatus]).toContain(jsonRpcCode);
    expect(userMessage).toMatch(/^[A-Z][^\n]*\.$/);
    expect(userMessage).not.toMatch(/mcp|nats|grpc|tenant|json|envelope|server|exception/i);
  },
);
