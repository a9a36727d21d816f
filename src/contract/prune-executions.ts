import * as z from "zod";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `prune_executions`. */
export interface PruneExecutionsInput {
  /** Executions that ended longer ago than this are forgotten. */
  readonly olderThanMs: number;
}

/** Output of `prune_executions`. */
export interface PruneExecutionsOutput {
  readonly executions: number;
  readonly bytes: number;
}

/** Forgets executions that ended long ago. */
export const pruneExecutions: Operation<PruneExecutionsInput, PruneExecutionsOutput> = {
  name: "prune_executions",
  title: "Prune executions",
  description: "Forgets executions that ended longer ago than this, with all that only they needed. This cannot be undone.",
  kind: "change",
  repeatable: "always",
  permission: "tutti:admin",
  route: { method: "POST", path: "/executions/prune" },
  input: wireObject<PruneExecutionsInput>({ olderThanMs: z.int().min(0) }),
  output: wireObject<PruneExecutionsOutput>({ executions: z.int(), bytes: z.int() }),
};
