import type { PatternValidation } from "../model/pattern.ts";
import type { Operation } from "./operation.ts";
import { describeValidation, patternValidation } from "./pattern-requirement.ts";
import { PATTERN_TARGET } from "./pattern-target.ts";
import type { PatternTarget } from "./pattern-target.ts";
import { wireObject } from "./wire-object.ts";

/** Finds out whether a pattern can be applied. */
export const validatePatternApplication: Operation<PatternTarget, PatternValidation> = {
  name: "validate_pattern_application",
  title: "Validate the application of a pattern",
  description: `Finds out whether a pattern can be applied to a component: whether the parameters fit, every requirement is met (servers answer, tools are there and take their arguments, checks are registered and pass, ports, machines and files are as they must be), and the workflow that it would make can be planned. Use it before apply_pattern, which does the same first. Nothing is stored, and nothing changes but what registered checks do.

valid is false when there are blocking_issues; warnings stop nothing. Example: {"pattern_name": "infrastructure-enforcement", "target_component": "database-connections", "parameters": {"standards": ["connections-bounded"], "startup_check": "startup-validation", "register_tool": "registry.register"}}. Next: put the blocking issues right, or apply_pattern.`,
  kind: "read",
  repeatable: "always",
  permission: "tutti:run",
  tool: "standard",
  route: { method: "POST", path: "/patterns/{pattern_name}/validate" },
  errors: ["pattern.not-found"],
  input: wireObject<PatternTarget>(PATTERN_TARGET),
  output: patternValidation,
  summary: describeValidation,
};
