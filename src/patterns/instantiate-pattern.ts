import { parseDuration } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import { noFindings } from "../definition/reading.ts";
import type { ApplicationMonitoring, PatternDefinition, PatternRequirement, ResolvedRequirement } from "../model/pattern.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { Path, Problem } from "../model/problem.ts";
import { expandSteps, holds, withNeeds } from "./expand-steps.ts";
import type { ExpandedSteps, StepFilling } from "./expand-steps.ts";
import { fillTemplate, fillValue } from "./fill-template.ts";
import { namedValues } from "./pattern-values.ts";
import type { PatternValues } from "./pattern-values.ts";
import { readCheck } from "./read-check.ts";

/** A pattern as it is for one component. */
export interface InstantiatedPattern {
  /** The document of a workflow. */
  readonly document: JsonObject;
  /** Where a part of the document comes from, as a path in the pattern. */
  readonly origin: (path: Path) => Path;
  readonly requirements: readonly ResolvedRequirement[];
  readonly nextSteps: readonly string[];
  readonly monitoring?: ApplicationMonitoring;
  /** What is wrong with the pattern; their paths lead into it. */
  readonly problems: readonly Problem[];
}

/** What becomes of an instantiated pattern. */
export interface InstantiationTarget {
  readonly workflowId: string;
  /** What its steps may ask for by name. */
  readonly checks: CheckRegistry;
}

/** Fills a pattern. Its parameters must be those that `checkParameters` has found right. */
export function instantiatePattern(
  pattern: PatternDefinition,
  values: PatternValues,
  { workflowId, checks }: InstantiationTarget,
): InstantiatedPattern {
  const filling: Filling = { valueOf: namedValues(values), checks, problems: [] };
  const { document, origin } = filledWorkflow(pattern.workflow, filling);
  const requirements = pattern.requirements.flatMap((requirement, place) => resolved(requirement, ["requirements", place], filling));
  const monitoring = resolvedMonitoring(pattern, requirements, filling);
  return {
    document: { id: workflowId, ...titled(pattern, values, document) },
    origin,
    requirements,
    nextSteps: pattern.nextSteps.map((step, place) => words(step, ["next_steps", place], filling)),
    ...(monitoring === undefined ? {} : { monitoring }),
    problems: filling.problems,
  };
}

interface Filling extends StepFilling {
  readonly problems: Problem[];
}

/** The value of a template that is known now. */
function known(template: Json, path: Path, { valueOf, problems }: Filling): Json {
  const filled = fillValue(template, valueOf, path);
  problems.push(...filled.problems);
  return filled.value;
}

function words(template: string, path: Path, filling: Filling): string {
  const value = known(template, path, filling);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function filledWorkflow(workflow: JsonObject, filling: Filling): Pick<InstantiatedPattern, "document" | "origin"> {
  const { valueOf, problems } = filling;
  const { steps: main, finally: last, ...rest } = workflow;
  const lists = { steps: listOf(main, "steps", filling), finally: listOf(last, "finally", filling) };
  const filled = fillTemplate(rest, valueOf);
  const renamed = new Map([...lists.steps.renamed, ...lists.finally.renamed]);
  const origin = (path: Path): Path => {
    const [list, place, ...inner] = path;
    if ((list !== "steps" && list !== "finally") || typeof place !== "number") return ["workflow", ...path];
    return ["workflow", list, lists[list].places[place] ?? place, ...inner];
  };
  const inTemplate = (problem: Problem): Problem => ({ ...problem, path: ["workflow", ...problem.path] });
  problems.push(...[...filled.problems, ...lists.steps.problems, ...lists.finally.problems].map(inTemplate));
  const document = {
    ...(isJsonObject(filled.value) ? filled.value : {}),
    steps: isJsonArray(main) ? lists.steps.steps.map((step) => withNeeds(step, renamed)) : (main ?? []),
    ...(last === undefined ? {} : { finally: isJsonArray(last) ? lists.finally.steps.map((step) => withNeeds(step, renamed)) : last }),
  };
  return { document, origin };
}

/** What is no list is reported when the document is read. */
function listOf(steps: Json | undefined, name: string, filling: StepFilling): ExpandedSteps {
  return expandSteps(isJsonArray(steps) ? steps : [], [name], filling);
}

/** What the workflow says of itself, where the pattern does not. */
function titled({ name, version }: PatternDefinition, { component }: PatternValues, own: JsonObject): JsonObject {
  const metadata = isJsonObject(own["metadata"]) ? own["metadata"] : {};
  return {
    // Half a character would be none.
    name: `${name} for ${component}`.slice(0, NAME_LENGTH).replace(/[\ud800-\udbff]$/, ""),
    pattern: name,
    ...own,
    metadata: { ...metadata, pattern: { name, version, component } },
  };
}

const NAME_LENGTH = 200;

function resolved(
  { id, description, severity, when, check }: PatternRequirement,
  path: Path,
  filling: Filling,
): readonly ResolvedRequirement[] {
  const { valueOf, problems } = filling;
  if (when !== undefined && !holds(when, [...path, "when"], valueOf, problems)) return [];
  const findings = noFindings();
  const before = problems.length;
  const filled = known(check, [...path, "check"], filling);
  const read = problems.length > before ? undefined : readCheck(filled, { path: [...path, "check"], findings });
  problems.push(...findings.errors);
  const said = words(description, [...path, "description"], filling);
  return read === undefined ? [] : [{ id, description: said, severity, check: read }];
}

const SHORTEST_INTERVAL_MS = 1_000;

function resolvedMonitoring(
  { monitoring }: PatternDefinition,
  requirements: readonly ResolvedRequirement[],
  filling: Filling,
): ApplicationMonitoring | undefined {
  if (monitoring === undefined) return undefined;
  const path = ["monitoring", "interval"];
  const text = known(monitoring.interval, path, filling);
  const intervalMs = typeof text === "string" ? parseDuration(text) : undefined;
  if (intervalMs === undefined || intervalMs < SHORTEST_INTERVAL_MS) {
    const message = `the interval must be a duration of at least 1s such as "5m", not ${JSON.stringify(text)}`;
    filling.problems.push({ code: "invalid-interval", severity: "error", message, path });
    return undefined;
  }
  const watched = requirements.filter(({ id }) => monitoring.checks.includes(id));
  return watched.length === 0 ? undefined : { intervalMs, requirements: watched };
}
