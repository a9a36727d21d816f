import { expect, test } from "vitest";
import type { LocatedProblem } from "../model/problem.ts";
import { formatProblem } from "./format-problem.ts";

function formatted(problem: Partial<LocatedProblem>): string {
  return formatProblem({
    code: "c",
    severity: "error",
    message: "wrong",
    file: "order.yaml",
    line: 14,
    column: 1,
    length: 1,
    source: "",
    ...problem,
  });
}

test("the line is shown with carets under what is meant", () => {
  expect(formatted({ column: 11, length: 23, source: "    tool: payments.proces_payment" })).toBe(
    ["order.yaml:14:11: wrong", "   14 |     tool: payments.proces_payment", "      |           ^^^^^^^^^^^^^^^^^^^^^^^"].join("\n"),
  );
});

test("a warning says that it is one, and an empty line is not shown", () => {
  expect(formatted({ severity: "warning", source: "  " })).toBe("order.yaml:14:1: warning: wrong");
});

test("a long line is cut around the place", () => {
  const source = `${"a".repeat(500)}HERE${"b".repeat(500)}`;
  const [, line = "", carets = ""] = formatted({ column: 501, length: 4, source }).split("\n");
  expect(line.length).toBeLessThan(140);
  expect(line).toMatch(/^ {3}14 \| …a+HEREb+…$/);
  expect(line.indexOf("HERE")).toBe(carets.indexOf("^^^^"));
});

test("carets stand under wide letters, tabs and marks", () => {
  const [, line, carets] = formatted({ column: 6, length: 1, source: "\t漢e\u0301 x" }).split("\n");
  expect(line).toBe("   14 |  漢e\u0301 x");
  expect(carets).toBe("      |      ^");
});

test("control characters of the file and its name are not printed", () => {
  expect(formatted({ file: "\u001b[31m.yaml", source: "a\u001b]0;x\u0007b\u202e" })).toBe(
    ["\\u{1b}[31m.yaml:14:1: wrong", "   14 | a\ufffd]0;x\ufffdb\ufffd", "      | ^"].join("\n"),
  );
});
