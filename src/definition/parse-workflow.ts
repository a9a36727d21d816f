import type { LocatedProblem, Path, Problem } from "../model/problem.ts";
import type { Workflow } from "../model/workflow.ts";
import { checkIds } from "./check-ids.ts";
import { checkReferences } from "./check-references.ts";
import { declaredNames } from "./declared-names.ts";
import { findNode } from "./find-node.ts";
import { locateProblem } from "./locate-problem.ts";
import { readYaml } from "./read-yaml.ts";
import { MOST_PROBLEMS, noFindings } from "./reading.ts";
import { sourceText } from "./source-text.ts";
import type { SourceText, TextProblem } from "./source-text.ts";
import { toDraft, toWorkflow, WORKFLOW } from "./workflow-shape.ts";
import { spanOf, yamlToJson } from "./yaml-to-json.ts";

/** What a text says, and everything that is wrong with it. */
export interface ParsedWorkflow {
  /** There unless a problem is an error. */
  readonly workflow?: Workflow;
  /** What can be looked at when there are errors: the steps that could be read, in their places. */
  readonly draft?: Workflow;
  /** In the order of the text. */
  readonly problems: readonly LocatedProblem[];
  /**
   * Finds the place of a problem that was found later, whose path has canonical keys such as
   * `["finally", 0, "compensate", "tool"]`, also where the text spells them differently.
   */
  locate(problem: Problem): LocatedProblem;
}

/** Reads a workflow file: YAML 1.2, of which JSON is a part. `file` is only used to name it in problems. */
export function parseWorkflow(text: string, file: string): ParsedWorkflow {
  const source = sourceText(text, file);
  const { root, problems } = readYaml(source);
  if (root === undefined) return unreadable(source, problems);
  const values = yamlToJson(root, source);
  if (!values.usable) return unreadable(source, values.problems);
  const tree = { root, inside: WORKFLOW.inside, targets: values.targets };
  const findings = noFindings();
  const keys = WORKFLOW.readPartly(values.json, { path: [], findings })?.values;
  const unread = unreadSteps(findings.errors);
  const declared = declaredNames(values.json);
  checkIds(findings, declared, (path) => source.position(spanOf(findNode(tree, path).node).start).line);
  checkReferences(findings, declared);
  const broken = keys === undefined || values.problems.length > 0 || findings.errors.length > 0;
  const locate = (problem: Problem): LocatedProblem => ({
    ...source.located(locateProblem(problem, tree, source)),
    ...(problem.path.length === 0 ? {} : { place: placeOf(problem.path) }),
  });
  return {
    ...(broken ? {} : { workflow: toWorkflow(keys) }),
    ...(broken && keys !== undefined ? { draft: toDraft(keys, (list, place) => unread.has(`${list}/${place}`)) } : {}),
    problems: allProblems(
      values.problems.map((problem) => source.located(problem)),
      [...findings.errors, ...findings.warnings].map(locate),
    ),
    locate,
  };
}

/** `steps[2].with.amount`; canonical keys, as in the path. */
function placeOf(path: Path): string {
  return path.map((part, depth) => (typeof part === "number" ? `[${part}]` : `${depth === 0 ? "" : "."}${part}`)).join("");
}

/** The steps of which more than a key was not understood. */
function unreadSteps(errors: readonly Problem[]): ReadonlySet<string> {
  return new Set(errors.filter(({ code }) => code !== "unknown-key").map(({ path: [list, place] }) => `${list}/${place}`));
}

/** In the order of the text. Where a value could not be read, what else is said of it is a consequence. */
function allProblems(ofValues: readonly LocatedProblem[], ofMeaning: readonly LocatedProblem[]): readonly LocatedProblem[] {
  const unread = new Set(ofValues.map(placeText));
  const problems = [...ofValues, ...ofMeaning.filter((problem) => !unread.has(placeText(problem)))].sort(byPlace);
  const last = problems.at(MOST_PROBLEMS);
  if (last === undefined) return problems;
  const message = `there are more problems than these ${MOST_PROBLEMS}`;
  return [...problems.slice(0, MOST_PROBLEMS), { ...last, code: "too-many-problems", severity: "warning", message }];
}

function placeText({ line, column }: LocatedProblem): string {
  return `${line}:${column}`;
}

function unreadable(source: SourceText, problems: readonly TextProblem[]): ParsedWorkflow {
  const locate = ({ path: _path, ...problem }: Problem): LocatedProblem => source.located({ ...problem, span: { start: 0, end: 0 } });
  return { problems: problems.map((problem) => source.located(problem)), locate };
}

function byPlace(left: LocatedProblem, right: LocatedProblem): number {
  return left.line - right.line || left.column - right.column;
}
