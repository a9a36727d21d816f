import * as z from "zod";
import type { JsonObject } from "../base/json.ts";
import type { Outcome } from "../model/execution.ts";
import { executionRef } from "./execution-ref.ts";
import type { ExecutionRef } from "./execution-ref.ts";
import { outcome } from "./execution-report.ts";
import { jsonObject } from "./json-value.ts";
import type { Operation } from "./operation.ts";
import { wireObject } from "./wire-object.ts";

/** Output of `get_response`. */
export interface GetResponseOutput {
  readonly executionId: string;
  /** Absent while the execution has not ended. */
  readonly outcome?: Outcome;
  /** An envelope with a workflow response, in its wire form. */
  readonly envelope: JsonObject;
}

/** Tells how an execution ended, as an envelope. */
export const getResponse: Operation<ExecutionRef, GetResponseOutput> = {
  name: "get_response",
  title: "Get the answer to a request",
  description:
    "Gives the envelope that answers the request of an execution: its status, its results and its error. " +
    "Of an execution that has not ended the status says so.",
  kind: "read",
  repeatable: "always",
  permission: "tutti:read",
  route: { method: "GET", path: "/executions/{execution_id}/response" },
  errors: ["execution.not-found"],
  input: executionRef,
  output: wireObject<GetResponseOutput>({ executionId: z.string(), outcome: outcome.exactOptional(), envelope: jsonObject }),
};
