import type { Json } from "../base/json.ts";
import { checkExpression, checkTemplate } from "../expression/check-expression.ts";
import type { ExpressionProblem } from "../expression/check-expression.ts";
import { expressionReferences, templateReferences } from "../expression/references.ts";
import type { References, SourcePlace } from "../expression/references.ts";
import type { Path } from "../model/problem.ts";
import type { DeclaredNames } from "./declared-names.ts";
import { expressionPlace } from "./expression-place.ts";
import type { WorkflowPlace } from "./expression-place.ts";
import { knownNames } from "./known-names.ts";
import type { KnownNames } from "./known-names.ts";
import { report } from "./reading.ts";
import type { Findings, ProblemDetails } from "./reading.ts";
import { childOf } from "./schema-violations.ts";
import { quoted, visible } from "../base/visible.ts";

/** Reports what is wrong with the expressions of a file, and every step and input that they or `needs` name wrongly. */
export function checkReferences(findings: Findings, declared: DeclaredNames): void {
  const names = knownNames(declared);
  for (const { path, id } of findings.needs) {
    checkStep(id, undefined, { findings, names, path, place: expressionPlace(path, declared), text: id, offset: 0 });
  }
  for (const { path, source } of findings.expressions) {
    const place = expressionPlace(path, declared);
    for (const problem of checkExpression(source, place.features)) reportExpression(findings, path, problem);
    checkNames(expressionReferences(source), { findings, names, path, place, text: source, offset: 0 });
  }
  for (const { path, template } of findings.templates) {
    const place = expressionPlace(path, declared);
    for (const { path: inner, ...problem } of checkTemplate(template, place.features))
      reportExpression(findings, [...path, ...inner], problem);
    for (const { path: inner, references, offset } of templateReferences(template)) {
      checkNames(references, { findings, names, path: [...path, ...inner], place, text: textAt(template, inner), offset });
    }
  }
}

/** A text that names steps and inputs. */
interface NamingText {
  readonly findings: Findings;
  readonly names: KnownNames;
  readonly path: Path;
  readonly place: WorkflowPlace;
  readonly text: string;
  /** Where in the text the expression begins. */
  readonly offset: number;
}

function checkNames(references: References, naming: NamingText): void {
  for (const reference of [...references.steps, ...references.statusFunctions]) checkStep(reference.step, reference, naming);
  for (const reference of references.inputs) {
    if (!naming.names.inputs.has(reference.name)) reportUnknown("input", reference.name, reference, naming);
  }
  if (references.secrets.length > 0 && naming.path.includes("with") && !naming.place.secretsStaySecret) {
    const message = "a secret cannot be used here: only the arguments of a tool are never written down";
    reportAt(naming, undefined, { code: "wrong-place", message });
  }
}

/** `reference` is where an expression names the step; without it the whole text is the name. */
function checkStep(id: string, reference: SourcePlace | undefined, naming: NamingText): void {
  const { names, place } = naming;
  const range = rangeOf(id, reference, naming);
  if (place.step?.id === id) {
    if (!place.afterStep) reportAt(naming, range, { code: "self-reference", message: `step ${quoted(id)} cannot wait for itself` });
  } else if (names.finally.has(id) && !place.seesFinally) {
    const message = `step ${quoted(id)} is one of "finally" and runs after all others: nothing before it can wait for it`;
    reportAt(naming, range, { code: "wrong-place", message });
  } else if (names.steps.has(id) && place.inFinally && reference === undefined) {
    const message = `steps of "finally" run after all others anyway: "needs" names only steps of "finally", and ${quoted(id)} is none`;
    reportAt(naming, range, { code: "wrong-place", message });
  } else if (!names.steps.has(id) && !names.finally.has(id)) reportUnknown("step", id, reference, naming);
}

function reportUnknown(kind: "step" | "input", name: string, reference: SourcePlace | undefined, naming: NamingText): void {
  const { names, place } = naming;
  const candidates = kind === "input" ? names.inputs : place.inFinally && reference === undefined ? names.finally : names.steps;
  const range = rangeOf(name, reference, naming);
  const suggestion = names.suggest(name, candidates);
  const hint = suggestion === undefined ? knownNote(candidates) : ` - did you mean ${quoted(suggestion)}?`;
  const message = `unknown ${kind} ${quoted(name)}${hint}`;
  reportAt(naming, range, { code: `unknown-${kind}`, message, ...(suggestion === undefined ? {} : { suggestion }) });
}

function knownNote(candidates: ReadonlySet<string>): string {
  if (candidates.size === 0) return " - there are none";
  return candidates.size > MOST_LISTED ? "" : ` - known are ${[...candidates].map((name) => quoted(name)).join(", ")}`;
}

/** So many names are listed where none is near. */
const MOST_LISTED = 8;

/** The name itself within the text, not all that is read of it. */
function rangeOf(name: string, reference: SourcePlace | undefined, { text, offset }: NamingText): SourcePlace {
  const start = offset + (reference?.offset ?? 0);
  const before =
    reference === undefined
      ? 0
      : text.slice(start, start + reference.length).indexOf(name, PREFIX.exec(text.slice(start))?.[0].length ?? 0);
  return { offset: start + Math.max(0, before), length: name.length };
}

/** What stands before the name in an expression, which may have the same letters as the name. */
const PREFIX = /^(steps|inputs)\b/;

function reportAt(
  naming: NamingText,
  range: SourcePlace | undefined,
  problem: { readonly code: string; readonly message: string; readonly suggestion?: string },
): void {
  const { code, message, ...details } = problem;
  report(naming, code, message, { ...details, ...(range === undefined ? {} : { range }) });
}

function reportExpression(findings: Findings, path: Path, { code, message, range, suggestion }: ExpressionProblem): void {
  const details: ProblemDetails = { ...(range === undefined ? {} : { range }), ...(suggestion === undefined ? {} : { suggestion }) };
  report({ findings, path }, code, visible(message), details);
}

function textAt(template: Json, path: Path): string {
  const found = path.reduce<Json | undefined>((value, part) => childOf(value, String(part)), template);
  return typeof found === "string" ? found : "";
}
