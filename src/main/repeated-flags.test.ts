import { expect, test } from "vitest";
import { repeatedFlags } from "./repeated-flags.ts";

test.each([
  { name: "nothing that is found by itself", found: { file: "/w/tutti.yaml", by: "working-directory" }, given: {}, flags: "" },
  { name: "nothing without a configuration", found: undefined, given: {}, flags: "" },
  {
    name: "what was asked for",
    found: { file: "/w/c.yaml", by: "request" },
    given: { configFile: "c.yaml", dataDirectory: "my data" },
    flags: " --config c.yaml --data-dir 'my data'",
  },
  {
    name: "what lay beside the workflow",
    found: { file: "/w/flows/tutti.yaml", by: "workflow" },
    given: {},
    flags: " --config flows/tutti.yaml",
  },
  { name: "a name with a quote in it", found: undefined, given: { dataDirectory: "it's" }, flags: " --data-dir 'it'\\''s'" },
] as const)("$name is repeated", ({ found, given, flags }) => {
  expect(repeatedFlags(found, { ...given, workingDirectory: "/w" })).toBe(flags);
});
