import * as z from "zod";
import type { LocatedProblem } from "../model/problem.ts";
import type { LockedTool, ToolChange } from "../model/tool-lock.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { lockedTools, toolChange } from "./tool-lock.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `diff_tools`. */
export interface DiffToolsInput {
  /** As they were, by `server.tool`. */
  readonly tools: Readonly<Record<string, LockedTool>>;
  /** Those that use them. Tools that they use and that were not locked are told of too. */
  readonly workflows: readonly WorkflowSource[];
  /** Says nothing of tools that these workflows do not use. Default false. */
  readonly usedOnly?: boolean;
}

/** What became of one tool. */
export interface ToolDifference {
  /** `server.tool` */
  readonly name: string;
  /** `unlocked`: a workflow uses it, and it is not among the tools that were locked. */
  readonly status: "same" | "changed" | "gone" | "unlocked";
  /** Only of one that has changed. */
  readonly changes: readonly ToolChange[];
}

/** What became of one workflow. */
export interface WorkflowDifference {
  readonly file: string;
  /** Whether it can no longer be planned. */
  readonly breaks: boolean;
  /** Errors that planning finds with the tools as they are now. */
  readonly problems: readonly LocatedProblem[];
}

/** Output of `diff_tools`. */
export interface DiffToolsOutput {
  /** Sorted by name. */
  readonly tools: readonly ToolDifference[];
  readonly workflows: readonly WorkflowDifference[];
}

/** Compares tools with what they were like, and tells which workflows break. */
export const diffTools: Operation<DiffToolsInput, DiffToolsOutput> = {
  name: "diff_tools",
  title: "Compare tools with a lock",
  description:
    "Asks the servers for the tools that were locked, and tells of each whether it is the same, has changed - in what, and whom that breaks - or is gone. " +
    "Each workflow is planned with the tools as they are now, which shows those that break.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  input: wireObject<DiffToolsInput>({
    tools: lockedTools,
    workflows: z.array(workflowSource),
    usedOnly: z.boolean().exactOptional(),
  }),
  output: wireObject<DiffToolsOutput>({
    tools: z.array(
      wireObject<ToolDifference>({
        name: z.string(),
        status: z.enum(["same", "changed", "gone", "unlocked"]),
        changes: z.array(toolChange),
      }),
    ),
    workflows: z.array(wireObject<WorkflowDifference>({ file: z.string(), breaks: z.boolean(), problems: z.array(locatedProblem) })),
  }),
};
