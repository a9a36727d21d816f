import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import type { PatternMonitoring, PatternRequirement } from "../model/pattern.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { jsonObject } from "./json-value.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { requirementSeverity } from "./pattern-requirement.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_patterns`. */
export interface ListPatternsInput {
  readonly patternName?: string;
  /** Only patterns that are meant for such a component. */
  readonly component?: string;
  /** Whether to leave out the workflows that the patterns make. Default true. */
  readonly brief?: boolean;
}

/** A pattern as the world sees it. */
export interface PatternView {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Whether it comes with Tutti, or from the pattern directory. */
  readonly origin: "built-in" | "user";
  readonly components: readonly string[];
  readonly appliesTo: readonly string[];
  readonly requirements: readonly RequirementView[];
  /** A JSON Schema of one object. */
  readonly parameters: JsonObject;
  readonly steps: readonly PatternStepView[];
  readonly nextSteps: readonly string[];
  readonly monitoring?: PatternMonitoring;
  readonly workflow?: JsonObject;
}

/** A requirement as the world sees it. */
export type RequirementView = Pick<PatternRequirement, "id" | "description" | "severity" | "check">;

/** A step of the workflow that a pattern makes. */
export interface PatternStepView {
  readonly id: string;
  readonly type?: string;
  readonly tool?: string;
  /** The check of tutti.yaml that it runs. */
  readonly check?: string;
}

/** Output of `list_patterns`. */
export interface ListPatternsOutput {
  readonly patterns: readonly PatternView[];
  /** What is wrong with files of the pattern directory. A file that was right before is still used as it was. */
  readonly problems: readonly LocatedProblem[];
}

const requirement: z.ZodType<RequirementView> = wireObject<RequirementView>({
  id: z.string(),
  description: z.string(),
  severity: requirementSeverity,
  check: jsonObject.meta({ description: "What is looked at: one of server, tool, check, port, machine, file, parameter." }),
});

const step: z.ZodType<PatternStepView> = wireObject<PatternStepView>({
  id: z.string(),
  type: z.string().exactOptional(),
  tool: z.string().exactOptional(),
  check: z.string().meta({ description: "The check of tutti.yaml that it runs." }).exactOptional(),
});

/** The document of a {@link PatternView}. */
const patternView: z.ZodType<PatternView> = wireObject<PatternView>({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  origin: z.enum(["built-in", "user"]).meta({ description: "built-in: it comes with Tutti. user: from the pattern directory." }),
  components: z.array(z.string()).meta({ description: "What it is made of." }),
  appliesTo: z.array(z.string()).meta({ description: "Kinds of components that it is meant for; any if empty." }),
  requirements: z.array(requirement).meta({ description: "What must hold before it is applied." }),
  parameters: jsonObject.meta({ description: "A JSON Schema of what you decide when you apply it." }),
  steps: z.array(step).meta({ description: "What the workflow does that it makes, in short." }),
  nextSteps: z.array(z.string()).meta({ description: "What to do when it has been applied." }),
  monitoring: wireObject<PatternMonitoring>({
    interval: z.string().meta({ description: "How long after one look the next one comes." }),
    checks: z.array(z.string()).meta({ description: "The ids of the requirements that are looked at again." }),
  }).exactOptional(),
  workflow: jsonObject.meta({ description: "The workflow that it makes, with holes such as ${{ parameters.x }}." }).exactOptional(),
});

/** Lists the patterns. */
export const listPatterns: Operation<ListPatternsInput, ListPatternsOutput> = {
  name: "list_patterns",
  title: "List patterns",
  description: `Lists the improvement patterns: named templates of workflows that bring a component into a state in which it enforces its own rules. Each says what it is for, what it needs (requirements, each of which is checked), which parameters you decide, and what to do afterwards. Use it before validate_pattern_application and apply_pattern. Nothing changes.

Example: {} for all, or {"pattern_name": "infrastructure-enforcement", "brief": false} for one with the workflow that it makes. Next: validate_pattern_application.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  tool: "standard",
  route: { method: "GET", path: "/patterns" },
  input: wireObject<ListPatternsInput>({
    patternName: z.string().min(1).max(100).meta({ description: "Only the pattern of this name." }).exactOptional(),
    component: z.string().min(1).max(200).meta({ description: "Only patterns that are meant for such a component." }).exactOptional(),
    brief: z
      .boolean()
      .meta({ description: "Whether to leave out the workflows that the patterns make; true if not given." })
      .exactOptional(),
  }),
  output: wireObject<ListPatternsOutput>({
    patterns: z.array(patternView),
    problems: z.array(locatedProblem).meta({ description: "What is wrong with files of the pattern directory." }),
  }),
  summary: ({ patterns, problems }) => {
    const listed = patterns.map(({ name, description }) => `${name}: ${description.split(/[:.] /)[0] ?? ""}`).join("\n");
    const broken = problems.length === 0 ? "" : `\n${problems.length} problem(s) in the pattern directory.`;
    return `${listed === "" ? "There is no such pattern." : listed}${broken}`;
  },
};
