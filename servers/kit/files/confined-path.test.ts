import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { confinedPath, confinedPathToWrite } from "./confined-path.ts";

const REFUSED: readonly string[] = [
  "",
  "/",
  "/etc/passwd",
  "//etc/passwd",
  ".",
  "..",
  "../outside",
  "a/../../outside",
  "a/..",
  "a/.",
  "./a",
  "a//b",
  "a/",
  "a\\..\\b",
  "C:\\Windows",
  "a\u0000",
  "a\u0000.csv",
  "a\nb",
  "\u007f",
  "\ud800",
  "x".repeat(256),
  "ä".repeat(128),
  "a/".repeat(600) + "a",
  "link",
  "link/passwd",
  "folder/link",
  "folder/link/x",
  "dangling",
  "loop",
  "loop/x",
  "file/below",
];

test("nothing leads out of a folder, or over a link", () => {
  using directory = temporaryDirectory();
  const root = join(directory.path, "root");
  mkdirSync(join(root, "folder"), { recursive: true });
  writeFileSync(join(root, "file"), "");
  mkdirSync(join(directory.path, "root-beside"));
  for (const [target, name] of [
    ["/etc", "link"],
    ["../..", "folder/link"],
    ["../missing", "dangling"],
    ["loop", "loop"],
  ] as const) {
    symlinkSync(target, join(root, name));
  }
  const refusal = (work: () => string): string => {
    try {
      return `it led to ${work()}`;
    } catch (error) {
      return String(error);
    }
  };
  for (const path of REFUSED) {
    for (const find of [confinedPath, confinedPathToWrite]) {
      expect(refusal(() => find(root, path))).toMatch(/is no path|leads over a link|a path has at most/);
    }
  }
  expect(existsSync(join(directory.path, "outside"))).toBe(false);
});

test.each([
  "a",
  "a/b/c.csv",
  "...",
  "..a",
  "a..",
  " ",
  "ä/😀",
  "%2e%2e/x",
  "~",
  "-rf",
  "__proto__",
  "file",
  "folder",
  "a:b",
  "x".repeat(255),
])("%j is a name like others", (path) => {
  using directory = temporaryDirectory();
  mkdirSync(join(directory.path, "folder"));
  writeFileSync(join(directory.path, "file"), "");
  expect(confinedPath(directory.path, path)).toBe(join(directory.path, path));
  writeFileSync(confinedPathToWrite(directory.path, `${path === "file" ? "" : `${path}/`}written`), "");
});
