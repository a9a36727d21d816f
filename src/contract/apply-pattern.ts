import * as z from "zod";
import type { Operation } from "./operation.ts";
import { describeApplication, patternApplicationView } from "./pattern-application.ts";
import type { PatternApplicationView } from "./pattern-application.ts";
import { PATTERN_TARGET } from "./pattern-target.ts";
import type { PatternTarget } from "./pattern-target.ts";
import { wireObject } from "./wire-object.ts";
import { requestKey } from "./workflow-definition.ts";

/** Input of `apply_pattern`. */
export interface ApplyPatternInput extends PatternTarget {
  /** Whether the workflow is executed at once. Default false. */
  readonly execute?: boolean;
  /** The same key always gives the same application. */
  readonly requestKey?: string;
}

/** Applies a pattern to a component; what was made of it is durable when this returns. */
export const applyPattern: Operation<ApplyPatternInput, PatternApplicationView> = {
  name: "apply_pattern",
  title: "Apply a pattern",
  description: `Applies an improvement pattern to a component: validates it as validate_pattern_application does, makes a workflow of it for this component, and stores that. When a requirement blocks it, the application is recorded as rejected, with the blocking issues in validation_results, and no workflow is made. Use it to bring a component under rules that it then enforces by itself.

Without execute the application is pending: look at the workflow with get_workflow, then execute_workflow. With execute true it is executed at once and the application is applying; get_pattern_application or get_workflow_status tell how it goes on. Give a request_key of your own if you may have to send this again: the same key never applies it twice. Patterns with monitoring have their requirements looked at again for as long as a process serves; deleting the workflow ends that.

Example: {"pattern_name": "infrastructure-enforcement", "target_component": "database-connections", "parameters": {"standards": ["connections-bounded"], "startup_check": "startup-validation", "register_tool": "registry.register"}, "execute": true, "request_key": "enforce-db-1"}. Next: next_steps says it.`,
  kind: "change",
  repeatable: "with-request-key",
  permission: "tutti:write",
  tool: "standard",
  route: { method: "POST", path: "/patterns/{pattern_name}/applications", creates: "/pattern-applications/{application_id}" },
  errors: ["pattern.not-found", "input.invalid", "server.unavailable"],
  input: wireObject<ApplyPatternInput>({
    ...PATTERN_TARGET,
    execute: z.boolean().meta({ description: "Whether the workflow is executed at once; false if not given." }).exactOptional(),
    requestKey: requestKey.exactOptional(),
  }),
  output: patternApplicationView,
  summary: describeApplication,
};
