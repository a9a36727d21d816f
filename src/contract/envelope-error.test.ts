import { expect, test } from "vitest";
import { encodeEnvelope, decodeEnvelope } from "../envelope/envelope-codec.ts";
import { userMessage } from "../envelope/user-message.ts";
import type { ErrorCode, ErrorDetails } from "../model/errors.ts";
import { TuttiError } from "../model/errors.ts";
import { envelopeErrorOf } from "./envelope-error.ts";
import { ERROR_TRAITS } from "./error-traits.ts";

const details: ErrorDetails = {
  usage: { hint: "did you mean this?" },
  "definition.invalid": {
    problems: [{ code: "shape", severity: "error", message: "no id", file: "w.yaml", line: 1, column: 1, length: 1, source: "a" }],
  },
  "config.invalid": { problems: [] },
  "input.invalid": { problems: ['"a" is missing'] },
  "file.unreadable": { file: "w.yaml" },
  "execution.not-found": { executionId: "e-1" },
  "step.not-found": { executionId: "e-1", stepId: "s" },
  "workflow.not-found": { workflowId: "w" },
  "workflow.exists": { workflowId: "w" },
  "workflow.changed": { workflowId: "w", version: 2 },
  "pattern.not-found": { pattern: "p" },
  "application.not-found": { applicationId: "a-1" },
  "task.not-found": { taskId: "e-1.1" },
  "machine.not-found": { machineId: "gpu-1" },
  "server.not-found": { server: "shop" },
  "tool.not-found": { server: "shop", tool: "buy" },
  "execution.wrong-state": { executionId: "e-1", state: "ended" },
  "server.insecure": { faults: ["it must be encrypted"] },
  "server.unavailable": { server: "shop", stderr: ["password=hunter2"] },
  "call.failed": { kind: "timeout" },
  "port.taken": { port: 8113 },
  "port.reserved": { port: 8086, service: "a", registeredFor: "influxdb", alternative: 8118 },
  "journal.locked": { path: "/home/ann/.tutti" },
  "journal.unusable": { path: "/home/ann/.tutti", reason: "damaged" },
  "secret.missing": { secret: "TOKEN" },
  "identity.invalid": { reason: "expired" },
  "access.denied": { missing: ["a:b"] },
  "rate.limited": { retryAfterMs: 500 },
  "tenant.invalid": { tenant: "globex" },
  "envelope.invalid": { problems: ["meta.tenant: must be text"] },
  "operation.unknown": { operation: "fly" },
};

const refusals = (Object.keys(ERROR_TRAITS) as ErrorCode[]).map((code) => new TuttiError(code, `words of ${code}`, details[code]));

test.each(refusals)("$code travels in an envelope and arrives as it was sent", (refused) => {
  const error = envelopeErrorOf(refused);
  const { variant, httpStatus } = ERROR_TRAITS[refused.code];
  expect(error).toMatchObject({ type: variant, code: refused.code, message: refused.message, httpStatusCode: httpStatus });
  const sent = JSON.stringify(encodeEnvelope({ meta: {}, error }));
  expect(decodeEnvelope(JSON.parse(sent)).error).toEqual(error);
  // What only the operator of this machine may know is told to him elsewhere.
  expect(sent).not.toMatch(/hunter2|home|stack/);
});

test.each(refusals)("$code has words for a person that are whole sentences, or its own where the person has to mend it", (refused) => {
  const told = userMessage(envelopeErrorOf(refused));
  expect(told).toMatch(ERROR_TRAITS[refused.code].variant === "Validation" ? /^words of/ : /^[A-Z].*\.$/);
});

test("the facts of a refusal are in the details, with the names that they have on the wire", () => {
  expect(envelopeErrorOf(new TuttiError("step.not-found", "no step", details["step.not-found"])).details).toEqual({
    execution_id: "e-1",
    step_id: "s",
  });
  expect(envelopeErrorOf(new TuttiError("input.invalid", "no", details["input.invalid"])).details).toEqual({
    problems: ['"a" is missing'],
  });
  expect(envelopeErrorOf(new TuttiError("journal.locked", "no", details["journal.locked"]))).not.toHaveProperty("details");
});

test("a failed call is told as the call says", () => {
  const error = envelopeErrorOf({ kind: "timeout", message: "no answer within 30 s", server: "shop", tool: "buy" });
  expect(error).toMatchObject({ type: "Transport", code: "TIMEOUT", details: { kind: "timeout", server: "shop", tool: "buy" } });
});

test("a refusal that has the error of an envelope with it is that error", () => {
  const error = { type: "External", code: "BANK_SILENT", message: "no answer" } as const;
  expect(envelopeErrorOf(new TuttiError("call.failed", "no answer", { kind: "server_error", error }))).toBe(error);
});
