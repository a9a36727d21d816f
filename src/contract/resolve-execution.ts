import * as z from "zod";
import type { Json } from "../base/json.ts";
import { executionId } from "./execution-ref.ts";
import { executionView } from "./execution-report.ts";
import type { ExecutionView } from "./execution-report.ts";
import { jsonValue } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `resolve_execution`. */
export interface ResolveExecutionInput {
  readonly executionId: string;
  /** A step in doubt. */
  readonly step: string;
  /** The place of the item, for steps with `for_each`. */
  readonly item?: number;
  /** `happened`: it took effect. `not_happened`: it did not, run it. `failed`: treat it as failed. */
  readonly verdict: "happened" | "not_happened" | "failed";
  /** What the call answered, when it happened. */
  readonly output?: Json;
}

/** Says whether a call in doubt has taken effect. */
export const resolveExecution: Operation<ResolveExecutionInput, ExecutionView> = {
  name: "resolve_execution",
  title: "Resolve a call in doubt",
  description:
    "Says whether a call whose end is not known has taken effect: it happened (with this output), it did not (it is then sent), or it is to count as failed.",
  kind: "change",
  repeatable: "never",
  permission: "tutti:run",
  route: { method: "POST", path: "/executions/{execution_id}/resolve" },
  tool: "extended",
  errors: ["execution.not-found", "step.not-found", "execution.wrong-state"],
  input: wireObject<ResolveExecutionInput>({
    executionId,
    step: z.string(),
    item: z.int().min(0).exactOptional(),
    verdict: z.enum(["happened", "not_happened", "failed"]),
    output: jsonValue.exactOptional(),
  }),
  output: executionView,
};
