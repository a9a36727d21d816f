import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { planDocument } from "./plan-document.ts";
import type { PlanDocument } from "./plan-document.ts";
import { lockedTools } from "./tool-lock.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `plan_workflow`. */
export interface PlanWorkflowInput {
  readonly workflow: WorkflowSource;
  /** Tools as they must still be: all that the workflow uses must be among them, and none may have changed. */
  readonly lockedTools?: ToolLock["tools"];
}

/** Output of `plan_workflow`. */
export interface PlanWorkflowOutput {
  /** Errors, and warnings of the plan. */
  readonly problems: readonly LocatedProblem[];
  /** Present when there is no error. */
  readonly plan?: PlanDocument;
}

/** Binds a workflow to the configured servers and tells what would happen; nothing is run. */
export const planWorkflow: Operation<PlanWorkflowInput, PlanWorkflowOutput> = {
  name: "plan_workflow",
  title: "Plan a workflow",
  description:
    "Binds a workflow to the configured servers and tells what would happen: order, effects, what cannot be undone, " +
    "critical path and estimated duration. Nothing is run.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "POST", path: "/workflows/plan" },
  tool: "extended",
  errors: ["server.unavailable"],
  input: wireObject<PlanWorkflowInput>({ workflow: workflowSource, lockedTools: lockedTools.exactOptional() }),
  output: wireObject<PlanWorkflowOutput>({ problems: z.array(locatedProblem), plan: planDocument.exactOptional() }),
};
