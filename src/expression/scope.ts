import type { Json, JsonObject } from "../base/json.ts";

/** What an expression sees of a step. */
export interface StepView {
  /** A step status: `completed`, `failed`, `skipped`, `pending`, ... Only a completed step has an output to read. */
  readonly status: string;
  readonly output?: Json;
  readonly error?: { readonly kind: string; readonly message: string };
}

/** The values that an expression may read. Nothing is copied: a scope over 10,000 steps costs what one over two does. */
export interface Scope {
  readonly inputs: JsonObject;
  /** Asked only for steps that the expression names. Undefined for a step that does not exist. */
  readonly step: (id: string) => StepView | undefined;
  /** `id`, `workflow_id`, `started_at`, and `outcome` in `finally` steps. */
  readonly execution?: JsonObject;
  /** The current item of a `for_each` step. */
  readonly item?: Json;
  /** The place of the current item, from 0. */
  readonly index?: number;
  /** The output that `verify.happened` and `compensate` talk about. */
  readonly output?: Json;
}
