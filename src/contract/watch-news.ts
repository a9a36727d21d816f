import * as z from "zod";
import type { ExecutionStatus, Outcome } from "../model/execution.ts";
import { executionStatus, outcome } from "./execution-report.ts";
import { executionId } from "./execution-ref.ts";
import type { Operation } from "./operation.ts";
import { moment, wireObject } from "./wire-object.ts";

/** Input of `watch_news`. */
export interface WatchNewsInput {
  /** Only what came after this position. Default: what comes from now on. */
  readonly after?: number;
  readonly executionId?: string;
  readonly workflowId?: string;
  /** 1 to 1,000. Default 100. */
  readonly limit?: number;
  /** How long to wait for something, at most a minute. Default: not at all. */
  readonly waitMs?: number;
}

/** Something that has happened to an execution. */
export interface NewsItem {
  /** Later news have greater ones, of all executions; none is used twice. */
  readonly position: number;
  readonly executionId: string;
  readonly workflowId: string;
  /** The execution that has started this one. */
  readonly parentId?: string;
  /** `status` and `ended` have the status of the execution from then on; `step` is about a step; `phase` is all else. */
  readonly type: "status" | "ended" | "step" | "phase";
  /** What it is called in the journal of the execution: `call-started`. */
  readonly event: string;
  /** Its number there. */
  readonly seq: number;
  readonly status?: ExecutionStatus;
  readonly outcome?: Outcome;
  readonly step?: string;
  /** Of a `for_each` step, the place of the item. */
  readonly item?: number;
  /** Of a call that verifies, undoes or stands in for the one of the step. */
  readonly role?: string;
  readonly atMs: number;
}

/** Output of `watch_news`. */
export interface WatchNewsOutput {
  /** The oldest first. */
  readonly news: readonly NewsItem[];
  /** What to ask for next, as `after`: nothing up to it is missing. */
  readonly position: number;
}

const newsItem: z.ZodType<NewsItem> = wireObject<NewsItem>({
  position: z.int(),
  executionId: z.string(),
  workflowId: z.string(),
  parentId: z.string().exactOptional(),
  type: z.enum(["status", "ended", "step", "phase"]),
  event: z.string(),
  seq: z.int(),
  status: executionStatus.exactOptional(),
  outcome: outcome.exactOptional(),
  step: z.string().exactOptional(),
  item: z.int().exactOptional(),
  role: z.string().exactOptional(),
  atMs: moment,
});

/** Tells what has happened to executions, in the order in which it became durable. */
export const watchNews: Operation<WatchNewsInput, WatchNewsOutput> = {
  name: "watch_news",
  title: "Watch the news",
  description:
    "Tells what has happened to executions since a position, in the order in which it became durable: each change of a status, of a step and of " +
    "a call, without the data. Positions stay what they are when Tutti is started anew, so nothing is missed and nothing comes twice. " +
    "Call it with the `position` of the last answer as `after`, and with `wait_ms` to wait for something to happen. " +
    'Example: {"after": 1200, "workflow_id": "order-process", "wait_ms": 30000}.',
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/news" },
  tool: "extended",
  errors: ["execution.not-found"],
  input: wireObject<WatchNewsInput>({
    after: z.int().min(0).describe("Only what came after this position. Without it: what comes from now on.").exactOptional(),
    executionId: executionId.describe("Only of this execution: its id, or a unique beginning of it.").exactOptional(),
    workflowId: z.string().max(200).describe("Only of executions of this workflow.").exactOptional(),
    limit: z.int().min(1).max(1_000).describe("How many at most. Default 100.").exactOptional(),
    waitMs: z.int().min(0).max(60_000).describe("How long to wait for something to happen, in milliseconds. Default 0.").exactOptional(),
  }),
  output: wireObject<WatchNewsOutput>({ news: z.array(newsItem), position: z.int() }),
};
