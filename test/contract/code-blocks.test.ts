import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("every TypeScript block in the documentation names a file that is compiled, and stands in it word for word", () => {
  const pages = globSync(["*.md", "docs/**/*.md", "examples/**/*.md"]);
  const blocks = pages.flatMap((page) =>
    [...readFileSync(page, "utf8").matchAll(/^```(?:ts|typescript)\b([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, info = "", text = ""]) => ({
      page,
      file: info.trim(),
      text: text.trim(),
    })),
  );
  expect(blocks.length).toBeGreaterThan(2);
  const wrong = blocks.filter(({ file, text }) => !/^(examples|test)\/.+\.ts$/.test(file) || !readFileSync(file, "utf8").includes(text));
  expect(wrong).toEqual([]);
});
