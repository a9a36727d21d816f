import type { Clock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";
import type { PatternTarget } from "../contract/pattern-target.ts";
import { isTuttiError } from "../model/errors.ts";
import type { PatternDefinition, PatternIssue, PatternValidation, RequirementResult } from "../model/pattern.ts";
import { checkParameters } from "../patterns/check-parameters.ts";
import { instantiatePattern } from "../patterns/instantiate-pattern.ts";
import type { InstantiatedPattern } from "../patterns/instantiate-pattern.ts";
import { suitsComponent } from "../patterns/suits-component.ts";
import type { PatternSource, RequirementProbes } from "../ports/patterns.ts";
import { checkRequirements } from "./check-requirements.ts";
import { findPattern } from "./find-pattern.ts";
import type { Caller, OperationContext } from "./operation-context.ts";
import { planSource } from "./plan-source.ts";
import { readSource } from "./read-source.ts";
import { definitionFile, problemLine } from "./stored-definition.ts";

export interface ValidatePatternPorts {
  readonly patterns: PatternSource;
  /** What finds out about requirements, in the name of a caller. */
  readonly probes: (caller: Caller) => RequirementProbes;
  readonly clock: Clock;
}

/** What has been found out, and what would be made. */
export interface ValidatedPattern {
  readonly pattern: PatternDefinition;
  readonly validation: PatternValidation;
  readonly parameters: JsonObject;
  /** There unless the parameters or the pattern are wrong. */
  readonly instance?: InstantiatedPattern;
}

/** @throws TuttiError `pattern.not-found` */
export async function validatePatternApplication(
  input: PatternTarget,
  ports: ValidatePatternPorts,
  context: Pick<OperationContext, "caller" | "signal">,
): Promise<PatternValidation> {
  const { validation } = await validatePattern(input, "example", ports, context);
  return validation;
}

/**
 * Looks at everything that an application of a pattern needs.
 *
 * @param workflowId - of the workflow that would be made
 * @throws TuttiError `pattern.not-found`
 */
export async function validatePattern(
  input: PatternTarget,
  workflowId: string,
  ports: ValidatePatternPorts,
  { caller, signal }: Pick<OperationContext, "caller" | "signal">,
): Promise<ValidatedPattern> {
  const { targetComponent: component } = input;
  const pattern = findPattern(input.patternName, ports.patterns);
  const probes = ports.probes(caller);
  const { parameters, problems } = checkParameters(pattern, input.parameters ?? {});
  const judged = (results: readonly RequirementResult[]): PatternValidation => judge(results, ports.clock.nowMs());
  const own = [suitability(pattern, component), parameterResult(problems)];
  if (problems.length > 0) return { pattern, parameters, validation: judged(own) };
  const instance = instantiatePattern(pattern, { component, parameters }, { workflowId, checks: probes.checks });
  if (instance.problems.length > 0) {
    const faults = instance.problems.map(({ path, message }) => `${path.join(".")}: ${message}`);
    return { pattern, parameters, validation: judged([...own, workflowResult(faults)]) };
  }
  const requirements = await checkRequirements(instance.requirements, probes, signal);
  const planned = await planResults(instance.document, workflowId, probes, signal);
  return { pattern, parameters, instance, validation: judged([...own, ...requirements, ...planned]) };
}

/** Sorts results by what follows from them. */
export function judge(results: readonly RequirementResult[], nowMs: number): PatternValidation {
  const unmet = (severity: RequirementResult["severity"]): readonly PatternIssue[] =>
    results
      .filter((result) => !result.passed && result.severity === severity)
      .map(({ id, description, detail }) => ({
        requirementId: id,
        message: detail === undefined ? description : `${description}: ${detail}`,
      }));
  const blockingIssues = unmet("blocking");
  return { valid: blockingIssues.length === 0, blockingIssues, warnings: unmet("warning"), checks: results, checkedAtMs: nowMs };
}

function suitability(pattern: PatternDefinition, component: string): RequirementResult {
  const suits = suitsComponent(pattern, component);
  const detail = suits ? {} : { detail: `it is meant for ${pattern.appliesTo.join(", ")}` };
  return {
    id: "component",
    description: "the pattern is meant for such a component",
    severity: "warning",
    passed: suits,
    ...detail,
  };
}

function parameterResult(problems: readonly string[]): RequirementResult {
  const detail = problems.length === 0 ? {} : { detail: problems.join("; ") };
  return {
    id: "parameters",
    description: "the parameters fit the pattern",
    severity: "blocking",
    passed: problems.length === 0,
    ...detail,
  };
}

function workflowResult(faults: readonly string[]): RequirementResult {
  const detail = faults.length === 0 ? {} : { detail: faults.join("; ") };
  return { id: "workflow", description: "the workflow can be planned", severity: "blocking", passed: faults.length === 0, ...detail };
}

/** Whether the workflow could be executed now. */
async function planResults(
  document: JsonObject,
  workflowId: string,
  { catalogs }: RequirementProbes,
  signal: AbortSignal,
): Promise<readonly RequirementResult[]> {
  try {
    const { problems } = await planSource(readSource(definitionFile(workflowId, document)), catalogs, signal);
    const errors = problems.filter(({ severity }) => severity === "error").map(problemLine);
    return [workflowResult(errors)];
  } catch (error) {
    if (isTuttiError(error)) return [workflowResult([error.message])];
    throw error;
  }
}
