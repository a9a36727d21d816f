import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { CheckRegistry } from "../model/check.ts";
import type { Path, Problem } from "../model/problem.ts";
import { checkStep } from "./check-step.ts";
import { fillTemplate, fillValue } from "./fill-template.ts";
import type { NamedValues } from "./substitute.ts";

/** The steps of one list of a pattern, as they are in the workflow. */
export interface ExpandedSteps {
  readonly steps: readonly Json[];
  /** The place in the pattern of each of the steps. */
  readonly places: readonly number[];
  /** The ids in the workflow of each step of the pattern. */
  readonly renamed: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly Problem[];
}

/** With what steps are filled. */
export interface StepFilling {
  readonly valueOf: NamedValues;
  readonly checks: CheckRegistry;
}

/** Copies that one `each` may make of a step. */
const COPIES_MAX = 100;

/**
 * Fills the steps of a list: one whose `when` is false is left out, of one with `each` there is one for every entry,
 * which `${{ each }}` gives (their ids are numbered from 1), and one with `check` runs a registered check.
 */
export function expandSteps(list: readonly Json[], path: Path, { valueOf, checks }: StepFilling): ExpandedSteps {
  const problems: Problem[] = [];
  const places: number[] = [];
  const steps: Json[] = [];
  const renamed = new Map<string, readonly string[]>();
  for (const [place, template] of list.entries()) {
    const at = [...path, place];
    const copies = isJsonObject(template) ? copiesOf(template, at, valueOf, problems) : [{ template, valueOf }];
    const ids: string[] = [];
    for (const copy of copies) {
      const filled = fillTemplate(copy.template, copy.valueOf, at);
      problems.push(...filled.problems);
      places.push(place);
      steps.push(isJsonObject(filled.value) ? withCheck(filled.value, at, checks, problems) : filled.value);
      if (isJsonObject(filled.value)) ids.push(textOf(filled.value["id"]));
    }
    const id = isJsonObject(template) ? textOf(template["id"]) : "";
    // Of several steps with the same id and opposite conditions, one is there.
    renamed.set(id, [...(renamed.get(id) ?? []), ...ids]);
  }
  return { steps, places, renamed, problems };
}

/** The step with what it needs by the names that are in the workflow: nobody waits for a step that is not there. */
export function withNeeds(step: Json, renamed: ReadonlyMap<string, readonly string[]>): Json {
  if (!isJsonObject(step)) return step;
  const named = (id: Json): readonly Json[] => (typeof id === "string" ? (renamed.get(id) ?? [id]) : [id]);
  const members = Object.entries(step).map(([key, value]): readonly [string, Json] => {
    if (key !== "needs" && key !== "dependencies") return [key, value];
    return [key, (isJsonArray(value) ? value : [value]).flatMap(named)];
  });
  return Object.fromEntries(members);
}

/** What is wrong with an id is found when the document is read. */
function textOf(id: Json | undefined): string {
  return typeof id === "string" ? id : "";
}

function withCheck(step: JsonObject, path: Path, checks: CheckRegistry, problems: Problem[]): JsonObject {
  const { check, ...rest } = step;
  if (check === undefined) return step;
  const report = (message: string): void =>
    void problems.push({ code: "wrong-check", severity: "error", message, path: [...path, "check"] });
  if (typeof check !== "string") {
    report('"check" must be the name of a check of tutti.yaml');
    return rest;
  }
  if ("tool" in rest || "with" in rest) report('a step with "check" calls what tutti.yaml says: leave out "tool" and "with"');
  return { ...checkStep(check, checks), ...rest };
}

interface StepCopy {
  readonly template: Json;
  readonly valueOf: NamedValues;
}

function copiesOf({ when, each, ...template }: JsonObject, path: Path, valueOf: NamedValues, problems: Problem[]): readonly StepCopy[] {
  if (when !== undefined && !holds(when, [...path, "when"], valueOf, problems)) return [];
  if (each === undefined) return [{ template, valueOf }];
  const filled = fillValue(each, valueOf, [...path, "each"]);
  problems.push(...filled.problems);
  if (filled.problems.length > 0) return [];
  if (!isJsonArray(filled.value) || filled.value.length > COPIES_MAX) {
    const message = `"each" must be a list of at most ${COPIES_MAX} entries`;
    problems.push({ code: "wrong-type", severity: "error", message, path: [...path, "each"] });
    return [];
  }
  return filled.value.map((entry, place) => ({
    template: { ...template, id: `${textOf(template["id"])}-${place + 1}` },
    valueOf: (name) => (name === "each" ? entry : valueOf(name)),
  }));
}

/** Whether a condition that is known now is true; what is none counts as true, and is reported. */
export function holds(when: Json, path: Path, valueOf: NamedValues, problems: Problem[]): boolean {
  const { value, problems: found } = fillValue(when, valueOf, path);
  problems.push(...found);
  if (typeof value === "boolean") return value;
  if (found.length === 0) {
    problems.push({ code: "wrong-type", severity: "error", message: `"when" must be true or false, not ${JSON.stringify(value)}`, path });
  }
  return true;
}
