import * as z from "zod";
import type { ExecutionEvent } from "../model/event.ts";
import { executionEvent } from "./execution-event.ts";
import { executionId } from "./execution-ref.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Input of `list_events`. */
export interface ListEventsInput {
  readonly executionId: string;
  /** Only events after this number. Default 0. */
  readonly afterSeq?: number;
}

/** Output of `list_events`. */
export interface ListEventsOutput {
  readonly executionId: string;
  readonly events: readonly ExecutionEvent[];
}

/** Gives the journal of one execution. */
export const listEvents: Operation<ListEventsInput, ListEventsOutput> = {
  name: "list_events",
  title: "List the events of an execution",
  description: "Gives the journal of one execution, in order: every attempt, delay, answer and decision.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/executions/{execution_id}/events" },
  errors: ["execution.not-found"],
  input: wireObject<ListEventsInput>({ executionId, afterSeq: z.int().min(0).exactOptional() }),
  output: wireObject<ListEventsOutput>({ executionId: z.string(), events: z.array(executionEvent) }),
};
