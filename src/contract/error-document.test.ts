import { expect, test } from "vitest";
import { TuttiError } from "../model/errors.ts";
import { errorDocument, readErrorDocument } from "./error-document.ts";

const problem = {
  code: "unknown-tool",
  severity: "error",
  message: 'unknown tool "a.b"',
  file: "w.yaml",
  line: 3,
  column: 5,
  length: 3,
  source: "    tool: a.b",
} as const;

const cases = [
  {
    error: new TuttiError("definition.invalid", "w.yaml has 1 problem", { problems: [problem] }),
    document: { error: { code: "definition.invalid", message: "w.yaml has 1 problem", problems: [problem] } },
  },
  {
    error: new TuttiError("input.invalid", "the inputs do not fit", { problems: ['"a" is missing'] }),
    document: { error: { code: "input.invalid", message: "the inputs do not fit", problems: ['"a" is missing'] } },
  },
  {
    error: new TuttiError("step.not-found", "no such step", { executionId: "e", stepId: "s" }),
    document: { error: { code: "step.not-found", message: "no such step", details: { execution_id: "e", step_id: "s" } } },
  },
  {
    error: new TuttiError("server.unavailable", "it ended", { server: "files", stderr: ["boom"] }),
    document: { error: { code: "server.unavailable", message: "it ended", details: { server: "files", stderr: ["boom"] } } },
  },
] as const;

test.each(cases)("$error.code is the same after a journey over a wire", ({ error, document }) => {
  expect(errorDocument(error)).toEqual(document);
  const read = readErrorDocument(JSON.parse(JSON.stringify(errorDocument(error))));
  expect(read).toMatchObject({ code: error.code, message: error.message, details: error.details });
});

test.each([{}, { error: { code: "no.such", message: "" } }, { error: "text" }, null])("%j is no refusal", (document) => {
  expect(readErrorDocument(document)).toBeUndefined();
});
