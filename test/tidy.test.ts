import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeDependences } from "./tidy/browser-safety.ts";
import { circles, type SourceFile, untidiness } from "./tidy/rules.ts";

function sourceFiles(...patterns: readonly string[]): readonly SourceFile[] {
  return globSync([...patterns]).map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

test("every file is named, sized and placed as the rules of the house say", () => {
  const files = globSync(["src/**/*.ts", "test/**/*.ts", "bench/**/*.ts", "examples/**/*.ts", "servers/**/*.ts"]).map(
    (path): SourceFile => ({
      path,
      text: readFileSync(path, "utf8"),
    }),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap(untidiness)).toEqual([]);
});

test("no files import one another in a circle", () => {
  expect(circles(sourceFiles("src/**/*.ts"))).toEqual([]);
});

test("a circle is found, also one of types only", () => {
  const files = [
    { path: "src/base/a.ts", text: 'import type { B } from "./b.ts";' },
    { path: "src/base/b.ts", text: 'import { a } from "./a.ts";' },
    { path: "src/base/c.ts", text: 'import { a } from "./a.ts";' },
  ];
  expect(circles(files)).toEqual(["src/base/a.ts", "src/base/b.ts"]);
});

/** One planted violation of each rule: a rule that finds nothing here would find nothing anywhere. */
const VIOLATIONS: readonly (SourceFile & { readonly finds: string })[] = [
  { path: "src/base/TaskList.ts", text: "", finds: "kebab-case" },
  { path: "src/base/utils.ts", text: "", finds: "drawer" },
  { path: "src/helpers/list.ts", text: "", finds: "drawer" },
  { path: "src/base/long.ts", text: "a\n".repeat(401), finds: "401 lines" },
  { path: "src/base/up.ts", text: 'import { plan } from "../planner/build-plan.ts";', finds: "base may not import planner" },
  { path: "src/engine/side.ts", text: 'import type { Journal } from "../sqlite/journal.ts";', finds: "engine may not import sqlite" },
  {
    path: "src/calls/wide.ts",
    text: 'import {\n  type A,\n  b,\n} from "../mcp-client/connections.ts";',
    finds: "calls may not import mcp-client",
  },
  { path: "src/cli/lazy.ts", text: 'const engine = await import("../engine/fold.ts");', finds: "cli may not import engine" },
  { path: "servers/data/run.ts", text: 'import { TuttiError } from "../../src/model/errors.ts";', finds: "only the public API" },
  { path: "servers/data/query.ts", text: 'import { x } from "../compute/x.ts";', finds: "servers/data may not import servers/compute" },
  { path: "src/attic/thing.ts", text: "", finds: "no folder of the house" },
  { path: "src/model/file.ts", text: 'import { readFileSync } from "node:fs";', finds: "imports node:fs" },
  { path: "src/planner/now.ts", text: "const now = Date.now();", finds: "the clock" },
  { path: "src/engine/dice.ts", text: "const dice = Math.random();", finds: "randomness" },
  { path: "src/expression/wait.ts", text: "setTimeout(run, 5);", finds: "a timer" },
  { path: "src/definition/home.ts", text: "const home = process.env.HOME;", finds: "the process" },
];

test.each(VIOLATIONS)("$path is found: $finds", ({ path, text, finds }) => {
  expect(untidiness({ path, text }).join("\n")).toContain(finds);
});

test("a browser can load the envelope, with all that it imports", () => {
  expect(nodeDependences("src/envelope.ts", (path) => readFileSync(path, "utf8"))).toEqual([]);
});

/** Each is two imports away from the entry point. */
const NODE_WORDS: readonly { readonly text: string; readonly finds: string }[] = [
  { text: 'import { readFileSync } from "node:fs";', finds: "imports node:fs" },
  { text: 'export type { Pool } from "undici";', finds: "imports undici" },
  { text: 'const bytes = Buffer.from("x");', finds: "Buffer" },
  { text: "const home = process.env.HOME;", finds: "the process" },
  { text: "const here = import.meta.dirname;", finds: "the place of its file" },
];

test.each(NODE_WORDS)("what a browser cannot load is found: $finds", ({ text, finds }) => {
  const files: Readonly<Record<string, string>> = {
    "src/entry.ts": 'export { far } from "./base/near.ts";',
    "src/base/near.ts": 'import { far } from "./far.ts";',
    "src/base/far.ts": text,
  };
  expect(nodeDependences("src/entry.ts", (path) => files[path] ?? "").join("\n")).toContain(
    `src/base/far.ts: ${finds.startsWith("imports") ? "" : "uses "}${finds}`,
  );
});
