import * as z from "zod";
import type { Problem } from "../model/problem.ts";
import type { StepGate } from "../model/step-gate.ts";
import type { Effect, Resources, StepAction } from "../model/workflow.ts";
import { wireObject } from "./wire-object.ts";

/** A plan for people and programs that want to see it; the plan that an execution carries holds much more. */
export interface PlanDocument {
  readonly workflowId: string;
  readonly workflowName?: string;
  readonly steps: readonly PlannedStep[];
  readonly criticalPath: readonly string[];
  readonly estimateMs: number;
  /** The most steps that can run side by side. */
  readonly parallelPaths: number;
  readonly resources: Resources;
  /** Plans of the workflows that steps run. */
  readonly children: readonly PlanDocument[];
}

/** What planning found out about one step. */
export interface PlannedStep {
  readonly id: string;
  readonly phase: "main" | "finally";
  readonly kind: StepAction["kind"];
  readonly server?: string;
  readonly tool?: string;
  /** The workflow that the step runs. */
  readonly workflow?: string;
  readonly effect: Effect;
  readonly needs: readonly string[];
  /** Length of the longest chain of needs before the step. */
  readonly level: number;
  readonly condition?: string;
  readonly forEach: boolean;
  readonly compensatedBy?: string;
  /** Changes something and declares no compensation. */
  readonly irreversible: boolean;
  readonly critical: boolean;
  readonly estimateMs: number;
  /** It is no step of the workflow, but holds one back. */
  readonly gate?: StepGate;
}

export const stepGate: z.ZodType<StepGate> = wireObject<StepGate>({
  of: z.string().describe("The step that this gate holds back."),
  kind: z.enum(["enforcement", "validation"]).describe("Before the step runs, or before others take it for done."),
  wants: z.string().describe("What the step says: code-review and manual-review ask a person, other names are checks."),
});

const plannedStep: z.ZodType<PlannedStep> = wireObject<PlannedStep>({
  id: z.string(),
  phase: z.enum(["main", "finally"]),
  kind: z.enum(["tool", "approval", "sleep", "workflow", "value"]),
  server: z.string().exactOptional(),
  tool: z.string().exactOptional(),
  workflow: z.string().exactOptional(),
  effect: z.enum(["read", "idempotent", "once"]),
  needs: z.array(z.string()),
  level: z.int(),
  condition: z.string().exactOptional(),
  forEach: z.boolean(),
  compensatedBy: z.string().exactOptional(),
  irreversible: z.boolean(),
  critical: z.boolean(),
  estimateMs: z.number(),
  gate: stepGate.exactOptional(),
});

/** Amounts by kind; bytes and numbers. */
/** How much of each resource, where any is named. */
export const resources: z.ZodType<Resources> = wireObject<Resources>({
  gpu: z.number().exactOptional(),
  gpuMemoryBytes: z.number().exactOptional(),
  memoryBytes: z.number().exactOptional(),
  cpu: z.number().exactOptional(),
  apiCalls: z.number().exactOptional(),
  concurrentJobs: z.number().exactOptional(),
});

export const planDocument: z.ZodType<PlanDocument> = wireObject<PlanDocument>({
  workflowId: z.string(),
  workflowName: z.string().exactOptional(),
  steps: z.array(plannedStep),
  criticalPath: z.array(z.string()),
  estimateMs: z.number(),
  parallelPaths: z.int(),
  resources,
  children: z.lazy(() => z.array(planDocument)),
});

/** Whether a list of problems forbids to go on. */
export function hasErrors(problems: readonly Pick<Problem, "severity">[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}
