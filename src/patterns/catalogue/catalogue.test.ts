import { expect, test } from "vitest";
import { PATTERN } from "../pattern-shape.ts";
import { readPattern } from "../parse-pattern.ts";
import { CATALOGUE } from "./catalogue.ts";

test.each(CATALOGUE.map((pattern) => [pattern.name, pattern] as const))(
  "%s reads as a pattern file without a problem",
  (_name, pattern) => {
    const { pattern: read, problems } = readPattern(PATTERN.print(pattern), () => 1);
    expect(problems).toEqual([]);
    expect(read).toEqual(pattern);
  },
);
