import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import type { LockedTool } from "../model/tool-lock.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { lockedTools } from "./tool-lock.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `lock_tools`. */
export interface LockToolsInput {
  readonly workflows: readonly WorkflowSource[];
}

/** A workflow file with the tools that it uses, also through the workflows that it runs. */
export interface WorkflowTools {
  readonly file: string;
  /** Sorted. */
  readonly tools: readonly string[];
}

/** Output of `lock_tools`. */
export interface LockToolsOutput {
  /** By `server.tool`, as they are now. */
  readonly tools: Readonly<Record<string, LockedTool>>;
  readonly workflows: readonly WorkflowTools[];
  /** Of all workflows. With an error among them there are no tools and no workflows. */
  readonly problems: readonly LocatedProblem[];
}

/** Tells what the tools that workflows use are like now, so that it can be written down. */
export const lockTools: Operation<LockToolsInput, LockToolsOutput> = {
  name: "lock_tools",
  title: "Lock tools",
  description:
    "Tells of each tool that the workflows use what it takes, what it gives and what a call may do, with a hash of each schema, " +
    "so that it can be written down and compared later. Workflows that cannot be planned are refused, with all that is wrong.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  input: wireObject<LockToolsInput>({ workflows: z.array(workflowSource) }),
  output: wireObject<LockToolsOutput>({
    tools: lockedTools,
    workflows: z.array(wireObject<WorkflowTools>({ file: z.string(), tools: z.array(z.string()) })),
    problems: z.array(locatedProblem),
  }),
};
