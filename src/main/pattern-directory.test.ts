import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { systemClock } from "../base/clock.ts";
import type { Log } from "../ports/log.ts";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { temporaryDirectory } from "../../test/support/temporary-directory.ts";
import { PatternDirectory } from "./pattern-directory.ts";

/** Node cannot make one. */
const MAKE_PIPE = "mkfifo";

function patternText(name: string, version = "1.0.0"): string {
  return `name: ${name}\nversion: ${version}\ndescription: d\nworkflow: { steps: [{ id: a, value: 1 }] }\n`;
}

/** A directory that is only looked at when the clock is moved, or when the system tells of a change at once. */
function opened(directory: string, clock: ManualClock | typeof systemClock = new ManualClock()) {
  const lines: unknown[] = [];
  const log: Log = { enabled: () => true, write: (_level, _message, fields) => void lines.push(fields?.["problem"]) };
  const patterns = new PatternDirectory({ directory, clock, log });
  return {
    patterns,
    lines,
    own: () => patterns.list().flatMap(({ name, version }) => (patterns.isBuiltIn(name) ? [] : [`${name} ${version}`])),
    problems: () => patterns.problems().map(({ file, line, message }) => `${file.slice(directory.length + 1)}:${line}: ${message}`),
    look: () => clock instanceof ManualClock && clock.advance(5_000),
    [Symbol.dispose]: () => patterns[Symbol.dispose](),
  };
}

test("files are patterns as they are now: added, changed, broken, mended and removed", () => {
  using folder = temporaryDirectory();
  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  write("b.yaml", patternText("b"));
  write("c.json", JSON.stringify({ name: "c", description: "d", workflow: { steps: [{ id: "a", value: 1 }] } }));
  write("notes.txt", "no pattern");
  write(".hidden.yaml", "no pattern");
  using directory = opened(folder.path);
  expect(directory.own()).toEqual(["b 1.0.0", "c 1.0.0"]);
  expect(directory.problems()).toEqual([]);

  write("a.yml", patternText("a"));
  write("b.yaml", patternText("b", "1.1.0"));
  directory.look();
  expect(directory.own()).toEqual(["a 1.0.0", "b 1.1.0", "c 1.0.0"]);

  write("b.yaml", patternText("b", "2.0.0").replace("description", "descripton"));
  directory.look();
  directory.look();
  expect(directory.own()).toContain("b 1.1.0");
  expect(directory.problems()).toEqual(['b.yaml:3: unknown key "descripton" - did you mean "description"?']);
  expect(directory.lines).toHaveLength(1);

  write("b.yaml", patternText("b", "2.0.0"));
  directory.look();
  expect(directory.own()).toContain("b 2.0.0");
  expect(directory.problems()).toEqual([]);

  rmSync(join(folder.path, "b.yaml"));
  directory.look();
  expect(directory.own()).toEqual(["a 1.0.0", "c 1.0.0"]);
});

test("a name belongs to the pattern that comes with Tutti, else to the first file", () => {
  using folder = temporaryDirectory();
  for (const [file, name] of [
    ["1.yaml", "mine"],
    ["2.yaml", "mine"],
    ["3.yaml", "data-validation"],
  ] as const) {
    writeFileSync(join(folder.path, file), patternText(name, file));
  }
  using directory = opened(folder.path);
  expect(directory.own()).toEqual(["mine 1.yaml"]);
  expect(directory.patterns.get("data-validation")?.version).toBe("1.0.0");
  expect(directory.problems()).toEqual([
    '2.yaml:1: another file has a pattern "mine": give this one another name',
    '3.yaml:1: "data-validation" comes with Tutti: give the pattern another name',
  ]);
  rmSync(join(folder.path, "1.yaml"));
  directory.look();
  expect(directory.own()).toEqual(["mine 2.yaml"]);
});

test("a directory that is not there yet is told of, and read when it comes", () => {
  using folder = temporaryDirectory();
  const path = join(folder.path, "patterns");
  using directory = opened(path);
  expect(directory.problems()).toEqual([expect.stringMatching(/the pattern directory cannot be read: ENOENT/)]);
  mkdirSync(path);
  writeFileSync(join(path, "a.yaml"), patternText("a"));
  directory.look();
  expect([directory.own(), directory.problems()]).toEqual([["a 1.0.0"], []]);
  renameSync(path, join(folder.path, "away"));
  directory.look();
  expect(directory.own()).toEqual([]);
});

test("what is too large, too many or no file at all is not read", () => {
  using folder = temporaryDirectory();
  mkdirSync(join(folder.path, "folder.yaml"));
  execFileSync(MAKE_PIPE, [join(folder.path, "a-pipe.yaml")]);
  writeFileSync(join(folder.path, "large.yaml"), `${patternText("large")}# ${"x".repeat(1024 * 1024)}`);
  for (let number = 0; number < 200; number += 1) writeFileSync(join(folder.path, `p${number}.yaml`), patternText(`p${number}`));
  using directory = opened(folder.path);
  expect(directory.own()).toHaveLength(197);
  expect(directory.problems()).toEqual([
    expect.stringMatching(/there are 203 files, and only the first 200 are read/),
    "large.yaml:1: the file has more than 1 MiB",
  ]);
});

test("a change is noticed by the system's word, long before the next look", async () => {
  using folder = temporaryDirectory();
  using directory = opened(folder.path, systemClock);
  for (const version of ["1", "2", "3"]) {
    // As editors do it: the new file takes the place of the old one.
    writeFileSync(join(folder.path, "next"), patternText("a", `"${version}"`));
    renameSync(join(folder.path, "next"), join(folder.path, "a.yaml"));
    await vi.waitFor(() => expect(directory.own()).toEqual([`a ${version}`]), { timeout: 3_000, interval: 10 });
  }
});
