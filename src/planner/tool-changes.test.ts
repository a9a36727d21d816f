import { expect, test } from "vitest";
import type { LockedTool } from "../model/tool-lock.ts";
import { changeWords } from "../model/tool-lock.ts";
import { toolChanges } from "./tool-changes.ts";

const text = { inputSha256: "text", inputSchema: { type: "string" } };
const number = { inputSha256: "number", inputSchema: { type: "number" } };
const textOut = { outputSha256: "text", outputSchema: { type: "string" } };
const anyOut = { outputSha256: "any", outputSchema: {} };

test.each<readonly [string, LockedTool, LockedTool, readonly string[]]>([
  ["nothing", { effect: "read", ...text, ...textOut }, { effect: "read", ...text, ...textOut }, []],
  ["its arguments", { effect: "read", ...text }, { effect: "read", ...number }, ["callers: input: is number now, and was string"]],
  [
    "its results",
    { effect: "read", ...text, ...textOut },
    { effect: "read", ...text, ...anyOut },
    ["readers: output: is of any type now, and was string"],
  ],
  [
    "a schema of results",
    { effect: "read", ...text },
    { effect: "read", ...text, ...anyOut },
    ["nobody: output: has a schema now, and had none"],
  ],
  [
    "no schema of results",
    { effect: "read", ...text, ...anyOut },
    { effect: "read", ...text },
    ["readers: output: has no schema any more"],
  ],
  [
    "an effect that forbids to repeat",
    { effect: "read", ...text },
    { effect: "once", ...text },
    ["callers: effect: is once now, and was read"],
  ],
  [
    "an effect that allows it",
    { effect: "once", ...text },
    { effect: "idempotent", ...text },
    ["nobody: effect: is idempotent now, and was once"],
  ],
  [
    "what its server says of it",
    { effect: "once", annotations: { readOnlyHint: false }, ...text },
    { effect: "once", annotations: { readOnlyHint: false, destructiveHint: true }, ...text },
    ['nobody: annotations: are {"readOnlyHint":false,"destructiveHint":true} now, and were {"readOnlyHint":false}'],
  ],
  [
    "what could drive a terminal",
    { effect: "once", ...text },
    { effect: "once", inputSha256: "evil", inputSchema: { type: "\u001b[2J\u009b", title: "\u009b2J" } },
    ["callers: input: is \\u{1b}[2J\\u{9b} now, and was string", 'nobody: input: has "title" "\\u{9b}2J" now, and had none'],
  ],
])("a tool that changed in %s", (_, was, is, told) => {
  expect(toolChanges(was, is).map((change) => `${change.breaks}: ${changeWords(change)}`)).toEqual(told);
});
