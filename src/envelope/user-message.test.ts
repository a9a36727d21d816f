import { expect, test } from "vitest";
import type { EnvelopeError } from "./envelope-error.ts";
import { ERROR_VARIANTS } from "./error-variant.ts";
import { userMessage } from "./user-message.ts";
import { VARIANT_TRAITS } from "./variant-traits.ts";

const SECRET = "relation payments_v2 of tenant globex at db-7.internal";

test.each(ERROR_VARIANTS.filter((variant) => variant !== "Validation" && variant !== "Envelope"))(
  "of an error of the kind %s a person is told nothing that it says itself",
  (type) => {
    const error: EnvelopeError = { type, code: "X", message: SECRET, details: { sql: SECRET }, trace: SECRET };
    expect(userMessage(error)).toBe(VARIANT_TRAITS[type].userMessage);
  },
);

test("of an error in the request a person is told what is wrong with it", () => {
  const message = 'data.parameters.quantity is -1, and must be a whole number from 1 ("items[0]")';
  expect(userMessage({ type: "Validation", code: "VALIDATION_FAILED", message, details: { problems: [message] } })).toBe(message);
});

test.each([{ code: -32_602, message: "bad", data: {} }, { kind: "input_invalid", server: "crm", tool: "find" }, { kind: "expression" }])(
  "what a server answered to our own call is not told, though it is called an error in the request: %j",
  (details) => {
    const error: EnvelopeError = { type: "Validation", code: "VALIDATION_FAILED", message: "column users.password is odd", details };
    expect(userMessage(error)).toBe(VARIANT_TRAITS.Validation.userMessage);
  },
);

test.each([
  "",
  "   ",
  "TypeError: x is not a function",
  "java.lang.NullPointerException was thrown",
  "connect ECONNREFUSED 10.0.0.7",
  "it failed\n    at run (/app/dist/main.js:3:14)",
  "it failed at run (main.js)",
  "dist/planner/build-plan.ts:41",
  "cannot read /var/lib/tutti/journal.db",
  'cannot read "/etc/passwd"',
  "cannot read C:\\Users\\ann\\secret.txt",
  "cannot read ~/.ssh/id_rsa",
  "see https://internal.example/trace/7",
  "postgres://app:pw@db/orders refused",
  "\u001b[2Jall is well",
  "abc\u202Edef",
  "x".repeat(301),
])("words from inside are not told: %j", (message) => {
  expect(userMessage({ type: "Validation", code: "VALIDATION_FAILED", message })).toBe(VARIANT_TRAITS.Validation.userMessage);
});
