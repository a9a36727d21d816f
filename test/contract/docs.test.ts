import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { isJsonObject } from "../../src/base/json.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { formatProblem } from "../../src/definition/format-problem.ts";
import { parseWorkflow } from "../../src/definition/parse-workflow.ts";
import { workflowJsonSchema } from "../../src/definition/workflow-json-schema.ts";
import { FUNCTION_REFERENCE } from "../../src/expression/functions/function-table.ts";
import { COUNTERS, GAUGES, HISTOGRAMS } from "../../src/model/metric.ts";
import type { MetricTraits } from "../../src/model/metric.ts";
import { ALERT_RULES } from "../../src/telemetry/alert-rules.ts";
import { MAY_IMPORT } from "../tidy/rules.ts";

/** Everything that a stranger reads. */
const PAGES = globSync(["*.md", "docs/**/*.md", "examples/**/*.md", "servers/**/*.md"], {
  exclude: ["node_modules", "examples/*/notes", "examples/*/out"],
}).sort();

test("every workflow in the documentation is right", () => {
  const blocks = PAGES.flatMap((page) => codeBlocks(page)).filter(isWorkflow);
  expect(blocks.length).toBeGreaterThan(5);
  expect(blocks.flatMap(problemsOf)).toEqual([]);
});

test("every command in the documentation exists, with the options that it is given", () => {
  const program = buildProgram("0.0.0", () => Promise.resolve(), { out: () => undefined, err: () => undefined });
  const uses = PAGES.flatMap(commandUses);
  expect(uses.length).toBeGreaterThan(30);
  expect(uses.flatMap((use) => commandFaults(program, use))).toEqual([]);
});

test("every relative link leads to a file, and to a heading of it", () => {
  expect(PAGES.flatMap(brokenLinks)).toEqual([]);
});

test("docs/workflow-file.md has the table of functions as the language has it (vitest -u writes it)", async () => {
  const rows = FUNCTION_REFERENCE.map(({ usage, returns, summary }) => `| \`${usage}\` | ${returns} | ${summary} |`);
  const table = ["| function | gives | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  const text = read("docs/workflow-file.md");
  const withTable = text.replace(/(<!-- functions -->\n)[\s\S]*?(<!-- \/functions -->)/, (_, open, close) => `${open}${table}\n${close}`);
  expect(withTable).toContain(table);
  await expect(withTable).toMatchFileSnapshot("../../docs/workflow-file.md");
});

test("docs/operations.md has the table of metrics as they are measured (vitest -u writes it)", async () => {
  const metrics = Object.entries<MetricTraits>({ ...COUNTERS, ...HISTOGRAMS, ...GAUGES });
  const rows = metrics.map(
    ([name, { about, labels }]) => `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(", ")} | ${about} |`,
  );
  const table = ["| metric | labels | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  const text = read("docs/operations.md");
  const withTable = text.replace(/(<!-- metrics -->\n)[\s\S]*?(<!-- \/metrics -->)/, (_, open, close) => `${open}${table}\n${close}`);
  expect(withTable).toContain(table);
  await expect(withTable).toMatchFileSnapshot("../../docs/operations.md");
});

test("docs/operations.md names every alert with its threshold", () => {
  const text = read("docs/operations.md");
  const undocumented = Object.entries(ALERT_RULES).filter(([alert, { forMs }]) => {
    const lasting = forMs === 0 ? "at once" : `${forMs / 60_000} min`;
    return !new RegExp(`^\\| \`${alert}\` \\| .* \\| ${lasting} \\|$`, "m").test(text);
  });
  expect(undocumented).toEqual([]);
});

test("docs/workflow-file.md names every key of a workflow file, and every other spelling", () => {
  const text = read("docs/workflow-file.md");
  const keys = keysOf(workflowJsonSchema());
  expect(keys.size).toBeGreaterThan(50);
  expect([...keys].filter((key) => !new RegExp(`\`[^\`]*\\b${key}\\b`).test(text))).toEqual([]);
});

test("docs/ARCHITECTURE.md has the import table that the rules enforce", () => {
  const [, table = ""] = /\| folder \| may import \|\n\| --- \| --- \|\n([\s\S]*?)\n\n/.exec(read("docs/ARCHITECTURE.md")) ?? [];
  const written = new Map<string, readonly string[]>();
  for (const [, folders = "", imports = ""] of table.matchAll(/^\| (.+) \| (.+) \|$/gm)) {
    for (const folder of folders.split(", ")) written.set(folder, imports === "nothing" ? [] : imports.split(", ").sort());
  }
  const enforced = Object.entries(MAY_IMPORT).map(([folder, imports]) => [folder, [...imports].sort()] as const);
  expect(Object.fromEntries(written)).toEqual(Object.fromEntries(enforced));
});

test("docs/ARCHITECTURE.md describes every folder of the source, and none that is not there", () => {
  const [, described = ""] = /```text folders\n([\s\S]*?)```/.exec(read("docs/ARCHITECTURE.md")) ?? [];
  const named = [...described.matchAll(/^([a-z-]+)\/ /gm)].map(([, name = ""]) => name);
  const folders = globSync("src/*/*.ts").map((path) => path.split("/")[1] ?? "");
  expect(new Set(named)).toEqual(new Set(folders));
});

test("docs/ARCHITECTURE.md names every kind of event, and none that is not there", () => {
  const [, table = ""] = /\| about \| events \|\n([\s\S]*?)\n\n/.exec(read("docs/ARCHITECTURE.md")) ?? [];
  const named = [...table.matchAll(/`([a-z-]+)`/g)].map(([, type = ""]) => type);
  const kinds = [...read("src/model/event.ts").matchAll(/readonly type: "([a-z-]+)"/g)].map(([, type = ""]) => type);
  expect(new Set(named)).toEqual(new Set(kinds));
});

test.each(globSync("docs/decisions/*.md"))("%s is a short record", (page) => {
  const text = read(page);
  expect(text.split("\n").length).toBeLessThanOrEqual(41);
  for (const heading of ["## Question", "## Choice", "## Given up", "## What would change it"]) expect(text).toContain(heading);
});

interface CodeBlock {
  readonly page: string;
  /** What stands behind the opening fence: `yaml workflow`. */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

function read(page: string): string {
  return readFileSync(page, "utf8");
}

function codeBlocks(page: string): readonly CodeBlock[] {
  const text = read(page);
  return [...text.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    info: (match[1] ?? "").trim(),
    text: match[2] ?? "",
    line: text.slice(0, match.index).split("\n").length,
  }));
}

/** `yaml workflow` is a whole file and `yaml steps` a part of one; what looks like a whole file must be marked. */
function isWorkflow({ info, text }: CodeBlock): boolean {
  return /^yaml (workflow|steps)$/.test(info) || (info === "yaml" && /^id:/m.test(text) && /^steps:/m.test(text));
}

function problemsOf({ page, info, text, line }: CodeBlock): readonly string[] {
  const isPart = info === "yaml steps";
  const file = isPart ? `id: part\nsteps:\n${text.replaceAll(/^(?=.)/gm, "  ")}` : text;
  return parseWorkflow(file, `${page} (block at line ${line})`)
    .problems.filter(({ code }) => !isPart || !["unknown-step", "unknown-input"].includes(code))
    .map((problem) => formatProblem(problem));
}

interface CommandUse {
  readonly page: string;
  /** What stands behind `tutti`, without what stands in quotes. */
  readonly words: readonly string[];
}

/** Whatever is written as `tutti ...` in a block or between backticks. */
function commandUses(page: string): readonly CommandUse[] {
  const blocks = codeBlocks(page).flatMap(({ info, text }) => (/^(yaml|json)/.test(info) ? [] : text.split("\n")));
  const inline = [
    ...read(page)
      .replaceAll(/^```[\s\S]*?^```$/gm, "")
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, code = ""]) => code);
  return [...blocks, ...inline].flatMap((code) => {
    const [, rest] = /(?:^|[\s(])tutti ([a-z-].*)$/.exec(code.replaceAll(/'[^']*'|"[^"]*"|#.*$/g, "x")) ?? [];
    return rest === undefined ? [] : [{ page, words: rest.split(/[\s|;&)]+/).filter(Boolean) }];
  });
}

function commandFaults(program: Command, { page, words }: CommandUse): readonly string[] {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) break;
    command = next;
  }
  const depth = words.indexOf(command.name()) + 1;
  const written = `${page}: tutti ${words.join(" ")}`;
  const word = words[depth];
  if (command.commands.length > 0 && word !== undefined && !word.startsWith("-")) return [`${written}: there is no "${word}"`];
  const known = [...command.options, ...program.options].flatMap(({ long, short }) => [long, short]).concat("--help");
  return words
    .filter((option) => /^--?[a-z]/.test(option))
    .flatMap((option) => (known.includes(option) ? [] : [`${written}: there is no option ${option}`]));
}

function brokenLinks(page: string): readonly string[] {
  const text = read(page).replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = ""]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = "", heading] = target.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(file)) return [`${page}: ${target} leads nowhere`];
    return heading === undefined || headings(file).includes(heading) ? [] : [`${page}: ${file} has no heading #${heading}`];
  });
}

/** As GitHub makes them. */
function headings(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, "")
      .replaceAll(" ", "-"),
  );
}

function keysOf(schema: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  const definitions = isJsonObject(schema) ? Object.values({ ...(schema["$defs"] as object), root: schema }) : [];
  for (const definition of definitions) {
    const properties = isJsonObject(definition) ? definition["properties"] : undefined;
    for (const key of Object.keys(isJsonObject(properties) ? properties : {})) keys.add(key);
  }
  return keys;
}
