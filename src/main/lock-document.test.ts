import { expect, test } from "vitest";
import type { ToolLock } from "../model/tool-lock.ts";
import { schemaHash } from "../operations/locked-tool.ts";
import { parseLock, printLock } from "./lock-document.ts";

const schema = { properties: { a: { type: "string" } }, type: "object" };
const inputSha256 = schemaHash(schema);

const LOCK: ToolLock = {
  tools: {
    "z.last": { effect: "once", inputSha256, inputSchema: schema },
    "a.first": {
      effect: "read",
      annotations: { readOnlyHint: true },
      inputSha256,
      inputSchema: schema,
      outputSha256: inputSha256,
      outputSchema: schema,
    },
  },
  workflows: { "flows/b.yaml": ["a.first", "z.last"], "a.yaml": [] },
};

const TEXT = printLock(LOCK);

test("a lock is read back as it was written, sorted and with a line for each name", () => {
  expect(parseLock(TEXT, "tutti.lock")).toEqual({ lock: LOCK, problems: [] });
  expect(TEXT.split("\n")).toEqual(
    expect.arrayContaining(['    "a.first": {', '      "input_sha256": "' + inputSha256 + '",', '      "a.first",']),
  );
  expect(TEXT.indexOf('"a.first": {')).toBeLessThan(TEXT.indexOf('"z.last": {'));
  expect(TEXT.indexOf('"a.yaml"')).toBeLessThan(TEXT.indexOf('"flows/b.yaml"'));
  expect(TEXT.endsWith("}\n")).toBe(true);
});

test("the same lock has the same text, whatever the order in which it was made", () => {
  const backwards = (members: object): never => Object.fromEntries(Object.entries(members).reverse()) as never;
  expect(printLock({ tools: backwards(LOCK.tools), workflows: backwards(LOCK.workflows) })).toBe(TEXT);
});

test("white space and the order of keys are nobody's business", () => {
  const { tools, ...rest } = JSON.parse(TEXT) as { readonly tools: object };
  expect(parseLock(`\t${JSON.stringify({ ...rest, tools }, null, "\t")}`, "tutti.lock")).toEqual({ lock: LOCK, problems: [] });
});

const ANEW = "remove the file and make it anew with tutti servers lock";

test.each<readonly [string, string, readonly string[]]>([
  ["no JSON", TEXT.replace('"version": 1,', '"version": 1'), [`3:3: not valid JSON: Expected ',' or '}' after property value - ${ANEW}`]],
  ["the half of it", TEXT.slice(0, 40), [`4:10: not valid JSON: Unterminated string - ${ANEW}`]],
  ["nothing", "", [`1:1: not valid JSON: Unexpected end of JSON input - ${ANEW}`]],
  [
    "a merge that nobody has finished",
    TEXT.replace('  "tools"', '<<<<<<< HEAD\n  "tools"'),
    [`3:1: two versions were merged and the conflict is still here: resolve it, or ${ANEW}`],
  ],
  [
    "a schema that somebody has changed",
    TEXT.replace('"string"', '"number"'),
    [`9:23: this is not the hash of the schema beside it: the lock was changed by hand - ${ANEW}`],
  ],
  [
    "a hash that somebody has changed",
    TEXT.replaceAll(inputSha256, inputSha256.split("").reverse().join("")).replace(/"output_sha256": "./, '"output_sha256": "x'),
    [
      expect.stringMatching(/^9:23: this is not the hash/),
      expect.stringMatching(/^18:24: "x[0-9a-f]+…" is not allowed here: a SHA-256 has 64 hexadecimal digits$/),
      expect.stringMatching(/^\d+:23: this is not the hash/),
    ],
  ],
  [
    "a schema without its hash",
    TEXT.replace(/ *"output_sha256": .*\n/, ""),
    [`4:16: "output_sha256" is missing beside "output_schema": the lock was changed by hand - ${ANEW}`],
  ],
  [
    "the lock of a later tutti",
    '{"version": 2, "tools": {}, "workflows": {}}',
    [`1:13: this tutti reads version 1 of the lock, not 2 - ${ANEW}`],
  ],
  [
    "something else",
    '{"tools": {"find": {"effect": "reed"}}, "lockfileVersion": 3}',
    [
      '1:12: "find" is not allowed as a name: a tool is named "server.tool"',
      '1:20: "input_sha256" is missing: the hash of its input schema',
      '1:20: "input_schema" is missing: what it takes',
      '1:31: "effect" cannot be "reed" - did you mean "read"?',
      '1:41: unknown key "lockfileVersion" - known are version, tools, workflows',
    ],
  ],
  ["a list", "[]", ["1:1: the file must be an object with the keys version, tools, workflows, not an empty list"]],
  [
    "two tools of one name",
    TEXT.replace(
      '    "z.last": {',
      `    "a.first": {"effect": "once", "input_sha256": "${schemaHash({})}", "input_schema": {}},\n    "z.last": {`,
    ),
    ['28:5: duplicate key "a.first": it stands already in line 4'],
  ],
])("a lock with %s is refused, with the place of each problem", (_, text, expected) => {
  const { lock, problems } = parseLock(text, "tutti.lock");
  expect(lock).toBeUndefined();
  expect(problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual(expected);
});
