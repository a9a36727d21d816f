import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatProblem } from "../../src/definition/format-problem.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";

const FOLDER = join(import.meta.dirname, "../scenario/invalid");

/** Each has its problems beside it in `NAME.expected`; "vitest run -u" writes them anew after a change that was meant. */
const wrongFiles = readdirSync(FOLDER).filter((name) => /\.(yaml|json)$/.test(name));

test("there are at least 60 wrong workflow files", () => {
  expect(wrongFiles.length).toBeGreaterThanOrEqual(60);
});

test.each(wrongFiles)("%s gives its problems, each in its place", async (name) => {
  const { workflow, problems } = parseWorkflow(readFileSync(join(FOLDER, name), "utf8"), name);
  expect(workflow).toBeUndefined();
  expect(problems.some(({ severity }) => severity === "error")).toBe(true);
  await expect(`${problems.map(formatProblem).join("\n")}\n`).toMatchFileSnapshot(join(FOLDER, `${name}.expected`));
});

test.each(wrongFiles)("the problems of %s show no control character of the file", (name) => {
  const { problems } = parseWorkflow(readFileSync(join(FOLDER, name), "utf8"), name);
  expect(problems.map(formatProblem).join("\n")).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
});
