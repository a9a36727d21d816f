import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../src/patterns/catalogue/catalogue.ts";
import { parsePattern } from "../../src/patterns/parse-pattern.ts";
import { PATTERN } from "../../src/patterns/pattern-shape.ts";
import { CHECK } from "../../src/patterns/read-check.ts";
import { inRepository } from "../support/built-command.ts";

const EXAMPLE = "examples/patterns/patterns/checked-change.yaml";

test("docs/patterns.md has the catalogue as it is, and the example (vitest -u writes them)", async () => {
  const catalogue = CATALOGUE.map(({ name, description, parameters, requirements, monitoring }) => {
    const needed = Object.keys(parameters).filter((parameter) => parameters[parameter]?.["default"] === undefined);
    const optional = Object.keys(parameters).filter((parameter) => !needed.includes(parameter));
    const named = (names: readonly string[]): string => names.map((one) => `\`${one}\``).join(", ");
    return [
      `### ${name}`,
      description,
      `- needs the parameters ${named(needed)}`,
      `- takes ${named(optional)}`,
      `- requires ${named(requirements.map(({ id }) => id))}`,
      ...(monitoring === undefined ? [] : [`- looks again at ${named(monitoring.checks)}`]),
    ]
      .join("\n\n")
      .replaceAll("\n\n- ", "\n- ")
      .replace("\n- ", "\n\n- ");
  }).join("\n\n");
  const example = `\`\`\`yaml pattern\n${readFileSync(inRepository(EXAMPLE), "utf8").trimEnd()}\n\`\`\``;
  const page = readFileSync(inRepository("docs/patterns.md"), "utf8");
  const written = between(between(page, "catalogue", catalogue), "example", example);
  expect(written).toContain(catalogue);
  expect(written).toContain(example);
  await expect(written).toMatchFileSnapshot("../../docs/patterns.md");
});

test("docs/patterns.md names every key of a pattern file and of a check", () => {
  const page = readFileSync(inRepository("docs/patterns.md"), "utf8");
  const keys = [PATTERN, CHECK].flatMap(({ inside }) => (inside?.kind === "fields" ? inside.fields.map(({ key }) => key) : []));
  expect(keys.length).toBeGreaterThan(15);
  expect(keys.filter((key) => !new RegExp(`\`[^\`]*\\b${key}\\b`).test(page))).toEqual([]);
});

test("the pattern of the example is right", () => {
  const { pattern, problems } = parsePattern(readFileSync(inRepository(EXAMPLE), "utf8"), EXAMPLE);
  expect(problems).toEqual([]);
  expect(pattern?.name).toBe("checked-change");
});

function between(page: string, mark: string, text: string): string {
  return page.replace(
    new RegExp(`(<!-- ${mark} -->\\n)[^]*?(<!-- /${mark} -->)`),
    (_, open: string, close: string) => `${open}${text}\n${close}`,
  );
}
