import { present } from "../base/assert.ts";
import { isJsonObject } from "../base/json.ts";
import type { ErrorMode, ErrorPolicy } from "../envelope/error-policy.ts";
import type { Concurrency, Workflow } from "../model/workflow.ts";
import { freeObject, listOf, recordOf } from "./collection-types.ts";
import { cronSchedule } from "./cron-schedule.ts";
import { inputSpec } from "./input-spec.ts";
import { report, subject, wrongType } from "./reading.ts";
import { choice, duration, flag, longText, milliseconds, numberIn, text } from "./scalar-types.ts";
import { shape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { fromStep, step, toPlaceholder, toStep } from "./step-kind.ts";
import { MOST_STEPS, workflowId } from "./step-shape.ts";
import type { StepKeys } from "./step-shape.ts";
import { template, textTemplate } from "./template-types.ts";
import type { ValueType } from "./value-type.ts";

/** A workflow as its keys in the file. */
export interface WorkflowKeys extends Omit<Workflow, "steps" | "finally"> {
  readonly steps: readonly Partial<StepKeys>[];
  readonly finally: readonly Partial<StepKeys>[];
  readonly status?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly createdBy?: string;
}

const errorMode: ValueType<ErrorMode> = choice("fail_fast", "allow_partial", "best_effort");

const errorPolicyObject = shape<ErrorPolicy>("error_policy", {
  mode: { key: "mode", type: errorMode, absent: "fail_fast", about: "what happens when a step has finally failed" },
  retryCount: { key: "retry_count", type: numberIn({ min: 1, max: 100 }), about: 'attempts of steps without "retry"; 3 if not given' },
  timeoutMs: {
    key: "timeout_ms",
    aliases: ["timeout"],
    type: milliseconds,
    about: 'time for one attempt of steps without "timeout"; 30000 if not given',
  },
  fallbackEnabled: { key: "fallback_enabled", type: flag, about: 'false ignores every "fallback"' },
  cacheOnError: { key: "cache_on_error", type: flag, about: "with best_effort, whether an old answer may stand in" },
  rollbackOnFailure: { key: "rollback_on_failure", type: flag, about: "false ends a failed execution without compensation" },
  propagateToUser: { key: "propagate_to_user", type: flag, about: "whether the person who started it is told of the error" },
});

/** A mode alone, or an object. A mode that is not known is a problem and never taken for a weaker one. */
const errorPolicy: ValueType<ErrorPolicy> = {
  ...errorPolicyObject,
  read(value, reading) {
    if (isJsonObject(value)) return errorPolicyObject.read(value, reading);
    if (typeof value !== "string") return wrongType(reading, '"fail_fast", "allow_partial", "best_effort" or an object', value);
    const mode = errorMode.read(value, reading);
    return mode && { mode };
  },
  print: ({ mode, ...rest }) => (Object.keys(rest).length === 0 ? mode : errorPolicyObject.print({ mode, ...rest })),
  schema: (definitions) => ({ anyOf: [errorMode.schema(definitions), errorPolicyObject.schema(definitions)] }),
};

const concurrency = shape<Concurrency>("concurrency", {
  group: { key: "group", type: textTemplate, required: true, about: "executions whose group is the same text take turns" },
  limit: { key: "limit", type: numberIn({ min: 1, max: 10_000 }), absent: 1, about: "how many of a group run at once" },
  onConflict: {
    key: "on_conflict",
    type: choice("queue", "skip", "cancel"),
    absent: "queue",
    about: "what happens to one that is started when the group is full",
  },
});

const triggers = shape<{ readonly schedule?: string }>("on", {
  schedule: { key: "schedule", type: cronSchedule, about: 'a cron expression such as "0 7 * * *"; "tutti serve" acts on it' },
});

/** What an exported workflow says of itself and its file does not decide: read, and left out of the workflow. */
const exportedFact: ValueType<string> = {
  ...text(),
  read(value, reading) {
    report(reading, "ignored-key", `${subject(reading.path)} is not decided by the file, and ignored`, {
      severity: "warning",
      atKey: true,
    });
    return text().read(value, reading);
  },
};

const steps: ValueType<readonly Partial<StepKeys>[]> = listOf(step, MOST_STEPS);

/** All keys of a workflow file. */
export const WORKFLOW: Shape<WorkflowKeys> = shape<WorkflowKeys>("workflow", {
  id: {
    key: "id",
    aliases: ["workflow_id"],
    type: workflowId,
    required: true,
    about: "the name of the workflow for commands and other workflows",
  },
  name: { key: "name", type: text(), about: "a title for people" },
  description: { key: "description", type: longText(10_000), about: "what the workflow is for" },
  version: { key: "version", type: text(), about: "a version of your own, as text" },
  pattern: { key: "pattern", type: text(), about: "the pattern that the workflow follows" },
  inputs: {
    key: "inputs",
    type: recordOf(inputSpec, { most: 1_000, key: /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, keyShaped: 'letters, digits, "_" and "-" are' }),
    absent: {},
    about: "what an execution is given: a JSON Schema by name; required unless it has a default",
  },
  errorPolicy: {
    key: "error_policy",
    type: errorPolicy,
    absent: { mode: "fail_fast" },
    about: "what happens when a step has finally failed",
  },
  timeoutMs: { key: "timeout", type: duration(), about: "ends the execution when it takes longer" },
  concurrency: { key: "concurrency", type: concurrency, about: "limits how many executions run at once" },
  on: { key: "on", type: triggers, about: "what starts an execution by itself" },
  expose: { key: "expose", type: flag, about: "whether the workflow is offered as a tool of its own" },
  priority: {
    key: "priority",
    type: numberIn({ min: 1, max: 10 }),
    about: "how its calls are ordered among those of others that wait for the same server: 10 goes first; 5 if not given",
  },
  metadata: { key: "metadata", type: freeObject, about: "anything; kept. results has words for what happened, by step" },
  steps: { key: "steps", type: steps, required: true, about: "what is done; steps that need nothing start at once" },
  finally: { key: "finally", type: steps, absent: [], about: "steps that run at the end, after success, failure and cancellation" },
  output: { key: "output", type: template, about: "the result of an execution" },
  status: { key: "status", type: exportedFact, about: "ignored: what an export says of the workflow" },
  createdAt: { key: "created_at", type: exportedFact, about: "ignored: when an exported workflow was made" },
  updatedAt: { key: "updated_at", type: exportedFact, about: "ignored: when an exported workflow was last changed" },
  createdBy: { key: "created_by", type: exportedFact, about: "ignored: who made an exported workflow" },
});

/** The finished workflow; its keys have been read without a problem. */
export function toWorkflow(keys: Partial<WorkflowKeys>): Workflow {
  const { status: _status, createdAt: _createdAt, updatedAt: _updatedAt, createdBy: _createdBy, ...own } = keys;
  const { id, inputs = {}, errorPolicy: policy = { mode: "fail_fast" }, steps: main = [], finally: last = [], ...rest } = own;
  const found = present(id, "a workflow without problems has an id");
  return { id: found, ...rest, inputs, errorPolicy: policy, steps: main.map(toStep), finally: last.map(toStep) };
}

/**
 * As much of a workflow with errors as is worth a look: what of it is right may still not fit the servers.
 *
 * @param broken - whether the step at a place of a list could not be read; it stays in its place and does nothing
 */
export function toDraft(keys: Partial<WorkflowKeys>, broken: (list: "steps" | "finally", place: number) => boolean): Workflow {
  const draft = (list: "steps" | "finally") =>
    (keys[list] ?? []).map((step, place) =>
      // An id that is missing beside keys that are not known may stand under one of them, and is not reported.
      broken(list, place) || step.id === undefined ? toPlaceholder(step, place) : toStep(step),
    );
  const { id = "draft", inputs = {}, errorPolicy = { mode: "fail_fast" } } = keys;
  return { id, inputs, errorPolicy, steps: draft("steps"), finally: draft("finally") };
}

/** The keys that stand for a workflow in a file. */
export function fromWorkflow({ steps: main, finally: last, ...rest }: Workflow): WorkflowKeys {
  return { ...rest, steps: main.map(fromStep), finally: last.map(fromStep) };
}
