import type { DatabaseStats, ListedTable, Params, PlanStep, QueryAnswer, TableSchema, Validation } from "../database-engine.ts";

/** What the process of a tenant's file is asked, one thing at a time. */
export type WorkerRequest =
  | { readonly kind: "execute"; readonly query: string; readonly params: Params; readonly rowsMax: number; readonly key?: string }
  | { readonly kind: "list-tables" }
  | { readonly kind: "table-schema"; readonly table: string }
  | { readonly kind: "validate"; readonly query: string }
  | { readonly kind: "plan"; readonly query: string }
  | { readonly kind: "stats" };

/** What it gives, by what it is asked. */
export interface WorkerAnswers {
  readonly execute: QueryAnswer;
  readonly "list-tables": readonly ListedTable[];
  readonly "table-schema": TableSchema;
  readonly validate: Validation;
  readonly plan: readonly PlanStep[];
  readonly stats: DatabaseStats;
}

/** `ready` comes once, by itself, when the file is open. */
export type WorkerReply =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly answer: WorkerAnswers[keyof WorkerAnswers] }
  | { readonly kind: "refusal"; readonly message: string; readonly why: RefusalReason; readonly code?: string };

/** `asked`: what was asked is wrong. `busy`: passes by itself. `broken`: the file or its disk. `fault`: a mistake of ours. */
export type RefusalReason = "asked" | "busy" | "broken" | "fault";

/** What the process is told when it is started, as its only argument in JSON. */
export interface WorkerSettings {
  readonly path: string;
  readonly parentPid: number;
  readonly megabytesMax: number;
  readonly busyTimeoutMs: number;
}
