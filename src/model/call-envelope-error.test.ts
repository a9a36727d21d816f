import { expect, test } from "vitest";
import { envelopeErrorOfCall } from "./call-envelope-error.ts";

const WHERE = { server: "bank", tool: "charge", attempt: 2 };

test("the error of a server that knows envelopes keeps its kind, its code and what it says of trying again", () => {
  const error = { type: "External", code: "BANK_SILENT", message: "no answer", details: { bank: "b1" }, retry_after: 7 };
  expect(envelopeErrorOfCall({ kind: "server_error", message: "no answer", ...WHERE, detail: { content: [], error } })).toEqual({
    type: "External",
    code: "BANK_SILENT",
    message: "no answer",
    retryAfter: 7,
    details: { kind: "server_error", ...WHERE, detail: { bank: "b1" } },
  });
});

test.each([[{ error: "text" }], [{ error: { type: "Nonsense", code: "c", message: "m" } }], [{ content: [] }]])(
  "what a server says of its failure in another way (%j) is kept as it is",
  (detail) => {
    expect(envelopeErrorOfCall({ kind: "tool_error", message: "no", ...WHERE, detail })).toMatchObject({
      type: "McpToolExecution",
      message: "no",
      details: { detail },
    });
  },
);
