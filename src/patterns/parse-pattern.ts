import type { Json } from "../base/json.ts";
import { findNode } from "../definition/find-node.ts";
import { locateProblem } from "../definition/locate-problem.ts";
import { readDocument } from "../definition/read-document.ts";
import { readYaml } from "../definition/read-yaml.ts";
import { noFindings } from "../definition/reading.ts";
import { schemaViolations } from "../definition/schema-violations.ts";
import { sourceText } from "../definition/source-text.ts";
import { spanOf, yamlToJson } from "../definition/yaml-to-json.ts";
import { NO_CHECKS } from "../model/check.ts";
import type { PatternDefinition } from "../model/pattern.ts";
import type { LocatedProblem, Path, Problem } from "../model/problem.ts";
import { instantiatePattern } from "./instantiate-pattern.ts";
import { PATTERN } from "./pattern-shape.ts";

/** What a text says of a pattern, and everything that is wrong with it. */
export interface ParsedPattern {
  /** There unless a problem is an error. */
  readonly pattern?: PatternDefinition;
  /** In the order of the text. */
  readonly problems: readonly LocatedProblem[];
}

/** Reads a pattern file: YAML 1.2, of which JSON is a part. `file` is only used to name it in problems. */
export function parsePattern(text: string, file: string): ParsedPattern {
  const source = sourceText(text, file);
  const { root, problems } = readYaml(source, "pattern");
  if (root === undefined) return { problems: problems.map((problem) => source.located(problem)) };
  const values = yamlToJson(root, source);
  const tree = { root, inside: PATTERN.inside, targets: values.targets };
  const lineOf = (path: Path): number => source.position(spanOf(findNode(tree, path).node).start).line;
  const found = values.problems.length > 0 ? { problems: [] } : readPattern(values.json, lineOf);
  const located = [
    ...values.problems.map((problem) => source.located(problem)),
    ...found.problems.map((problem) => source.located(locateProblem(problem, tree, source))),
  ].sort((left, right) => left.line - right.line || left.column - right.column);
  const isBroken = located.some(({ severity }) => severity === "error");
  return { ...(isBroken || found.pattern === undefined ? {} : { pattern: found.pattern }), problems: located };
}

interface ReadPattern {
  readonly pattern?: PatternDefinition;
  readonly problems: readonly Problem[];
}

/** Reads a pattern from the JSON of its file, and tries it with the examples that it gives. */
export function readPattern(document: Json, lineOf: (path: Path) => number): ReadPattern {
  const findings = noFindings();
  const pattern = PATTERN.read(document, { path: [], findings });
  const shapeProblems = [...findings.errors, ...findings.warnings];
  if (pattern === undefined || findings.errors.length > 0) return { problems: shapeProblems };
  const problems = [...shapeProblems, ...namingProblems(pattern), ...exampleProblems(pattern)];
  return { pattern, problems: problems.some(isError) ? problems : [...problems, ...trialProblems(pattern, lineOf)] };
}

/** What is looked at of every pattern. */
const RESERVED: ReadonlySet<string> = new Set(["parameters", "component", "workflow"]);

function isError({ severity }: Problem): boolean {
  return severity === "error";
}

function namingProblems({ requirements, monitoring, workflow }: PatternDefinition): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (code: string, message: string, path: Path): void => void problems.push({ code, severity: "error", message, path });
  const ids = requirements.map(({ id }) => id);
  for (const [place, id] of ids.entries()) {
    if (RESERVED.has(id)) report("reserved-id", `every pattern has a requirement "${id}" of its own`, ["requirements", place, "id"]);
    if (ids.indexOf(id) < place) report("duplicate-requirement", `two requirements have the id "${id}"`, ["requirements", place, "id"]);
  }
  for (const [place, id] of (monitoring?.checks ?? []).entries()) {
    if (!ids.includes(id)) report("unknown-requirement", `there is no requirement "${id}"`, ["monitoring", "checks", place]);
  }
  for (const key of ["id", "workflow_id"]) {
    if (!Object.hasOwn(workflow, key)) continue;
    const message = "each application gets an id of its own: leave it out";
    problems.push({ code: "fixed-id", severity: "error", message, path: ["workflow", key], atKey: true });
  }
  return problems;
}

/** The value with which a parameter is tried: its default, else its first example. */
function sampleOf(spec: PatternDefinition["parameters"][string]): Json | undefined {
  const { examples } = spec;
  return spec["default"] ?? (Array.isArray(examples) ? (examples[0] as Json | undefined) : undefined);
}

function exampleProblems({ parameters }: PatternDefinition): readonly Problem[] {
  return Object.entries(parameters).flatMap(([name, spec]): readonly Problem[] => {
    const path = ["parameters", name];
    const sample = sampleOf(spec);
    if (sample === undefined) {
      const message = `the parameter "${name}" needs a "default", or "examples" of which the first one is tried when the pattern is read`;
      return [{ code: "no-example", severity: "error", message, path, atKey: true }];
    }
    const violations = spec["default"] === undefined ? schemaViolations(spec, sample) : [];
    return violations.map(({ path: inner, message }) => ({
      code: "invalid-example",
      severity: "error",
      message: `the example of "${name}" does not fit its own schema: it ${message}`,
      path: [...path, "examples", 0, ...inner],
    }));
  });
}

/** What would be wrong with the workflow that the pattern makes of its own examples. */
function trialProblems(pattern: PatternDefinition, lineOf: (path: Path) => number): readonly Problem[] {
  const samples = Object.entries(pattern.parameters).map(([name, spec]): readonly [string, Json] => [name, sampleOf(spec) ?? null]);
  const values = { component: "example", parameters: Object.fromEntries(samples) };
  const { document, origin, problems } = instantiatePattern(pattern, values, { workflowId: "example", checks: NO_CHECKS });
  if (problems.length > 0) return problems;
  const read = readDocument(document, (path) => lineOf(origin(path)));
  return read.problems.map((problem) => ({ ...problem, path: origin(problem.path) }));
}
