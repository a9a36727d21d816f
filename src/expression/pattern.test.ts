import { describe, expect, test } from "vitest";
import { LIMITS } from "./limits.ts";
import { patternProblem } from "./pattern.ts";

describe("patterns that RE2 can match in linear time are right", () => {
  test.each(["", "^a+$", "(x+x+)+y", String.raw`\p{L}+\d{1,3}`, "(?i)abc", "[^@ ]+@[^@ ]+", "(?P<name>a)|b"])("%s", (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined();
  });
});

describe("all others have a problem", () => {
  test.each([
    ["(", "the regular expression is not valid RE2: missing closing ): `(`"],
    ["a**", "the regular expression is not valid RE2: invalid nested repetition operator: `**`"],
    ["(?=a)", "the regular expression is not valid RE2: invalid or unsupported Perl syntax: `(?=`"],
    [String.raw`(a)\1`, "the regular expression is not valid RE2: invalid escape sequence: `\\1`"],
    ["a{1001}", "the regular expression is not valid RE2: invalid repeat count: `{1001}`"],
    ["((a{100}){100}){100}", "the regular expression is not valid RE2: invalid repeat count: `{100}`"],
    ["(?:a?){1000}(?:a?){1000}", "the regular expression is too large: use smaller numbers of repetitions"],
    ["a".repeat(LIMITS.patternLength + 1), "the regular expression has more than 500 characters"],
  ])("%s", (pattern, problem) => {
    expect(patternProblem(pattern)).toBe(problem);
  });
});
