import * as z from "zod";
import type {
  CapabilityMatrix,
  CompletionEstimate,
  Relationship,
  ServerCapability,
  ToolCapability,
  WorkflowCapability,
} from "../model/capability-matrix.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { locatedProblem } from "./located-problem.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";
import { workflowSource } from "./workflow-source.ts";
import type { WorkflowSource } from "./workflow-source.ts";

/** Input of `get_capability_matrix`. */
export interface GetCapabilityMatrixInput {
  /** Also tells what the servers make of it. */
  readonly workflow?: WorkflowSource;
}

/** Output of `get_capability_matrix`. */
export interface GetCapabilityMatrixOutput {
  readonly matrix: CapabilityMatrix;
  /** Of the workflow. */
  readonly problems: readonly LocatedProblem[];
}

const milliseconds = z.number();

const workflowCapability = wireObject<WorkflowCapability>({
  workflowId: z.string(),
  stepCount: z.int(),
  parallelPaths: z.int(),
  estimate: wireObject<CompletionEstimate>({ bestMs: milliseconds, expectedMs: milliseconds, worstMs: milliseconds }),
});

/** Starts or reaches all servers, and tells what can be done with them. */
export const getCapabilityMatrix: Operation<GetCapabilityMatrixInput, GetCapabilityMatrixOutput> = {
  name: "get_capability_matrix",
  title: "Get the capability matrix",
  description:
    "Starts or reaches all servers, side by side, and tells how many tools they have, which of them require others, and of a workflow also how much of it can run side by side and how long it takes at best, probably and at worst. Servers that do not answer are in the answer, without tools.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "POST", path: "/servers/matrix" },
  input: wireObject<GetCapabilityMatrixInput>({ workflow: workflowSource.exactOptional() }),
  output: wireObject<GetCapabilityMatrixOutput>({
    matrix: wireObject<CapabilityMatrix>({
      toolCount: z.int(),
      servers: z.array(
        wireObject<ServerCapability>({
          server: z.string(),
          available: z.boolean(),
          tools: z.array(wireObject<ToolCapability>({ name: z.string(), effect: z.enum(["read", "idempotent", "once"]) })),
        }),
      ),
      relationships: z.array(wireObject<Relationship>({ kind: z.enum(["requires", "needs"]), before: z.string(), after: z.string() })),
      workflow: workflowCapability.exactOptional(),
    }),
    problems: z.array(locatedProblem),
  }),
};
