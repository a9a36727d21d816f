import { defined } from "../base/defined.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { ListPatternsInput, ListPatternsOutput, PatternStepView, PatternView } from "../contract/list-patterns.ts";
import { suitsComponent } from "../patterns/suits-component.ts";
import type { PatternDefinition } from "../model/pattern.ts";
import type { PatternSource } from "../ports/patterns.ts";
import { findPattern } from "./find-pattern.ts";

/** Lists the patterns that there are now. @throws TuttiError `pattern.not-found` */
export function listPatterns({ patternName, component, brief = true }: ListPatternsInput, patterns: PatternSource): ListPatternsOutput {
  const named = patternName === undefined ? patterns.list() : [findPattern(patternName, patterns)];
  const suitable = component === undefined ? named : named.filter((pattern) => suitsComponent(pattern, component));
  return {
    patterns: suitable.map((pattern) => viewOf(pattern, { isBuiltIn: patterns.isBuiltIn(pattern.name), brief })),
    problems: patterns.problems(),
  };
}

function viewOf(pattern: PatternDefinition, { isBuiltIn, brief }: { readonly isBuiltIn: boolean; readonly brief: boolean }): PatternView {
  const { name, version, description, components, appliesTo, requirements, nextSteps, monitoring, workflow } = pattern;
  return {
    name,
    version,
    description,
    origin: isBuiltIn ? "built-in" : "user",
    components,
    appliesTo,
    requirements: requirements.map(({ id, description: words, severity, check }) => ({ id, description: words, severity, check })),
    parameters: parameterSchema(pattern),
    steps: [...stepsIn(workflow["steps"]), ...stepsIn(workflow["finally"])],
    nextSteps,
    ...defined({ monitoring, workflow: brief ? undefined : workflow }),
  };
}

function parameterSchema({ parameters }: PatternDefinition): JsonObject {
  const required = Object.keys(parameters).filter((name) => parameters[name]?.["default"] === undefined);
  return { type: "object", properties: parameters, required, additionalProperties: false };
}

function stepsIn(list: Json | undefined): readonly PatternStepView[] {
  return (isJsonArray(list) ? list : []).flatMap((step) => {
    if (!isJsonObject(step) || typeof step["id"] !== "string") return [];
    const text = (key: string): string | undefined => (typeof step[key] === "string" ? step[key] : undefined);
    return [{ id: step["id"], ...defined({ type: text("type"), tool: text("tool"), check: text("check") }) }];
  });
}
