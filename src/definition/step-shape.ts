import type { Effect, RetryPolicy, Step, Template, Verify, Compensation, Fallback } from "../model/workflow.ts";
import { oneOrMore } from "./collection-types.ts";
import { choice, duration, flag, longText, numberIn, permission, text, textLike } from "./scalar-types.ts";
import { report } from "./reading.ts";
import type { Reading } from "./reading.ts";
import { resourcesShape, sharedAmounts } from "./resources-shape.ts";
import { shape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { expression, items, moment, sleepTime, template, textTemplate } from "./template-types.ts";
import { fromToolUse, toToolUse, TOOL_USE_FIELDS } from "./tool-use.ts";
import type { ToolUseKeys } from "./tool-use.ts";
import { converted } from "./value-type.ts";
import type { ValueType } from "./value-type.ts";

/** A step as its keys in the file, before it is known what kind of step it is. */
export interface StepKeys extends ToolUseKeys, Omit<Step, "action" | "needs"> {
  readonly needs?: readonly string[];
  readonly approval?: ApprovalKeys;
  readonly sleep?: Template;
  readonly until?: Template;
  readonly workflow?: string;
  readonly value?: Template;
}

export interface ApprovalKeys {
  readonly message: Template;
  readonly roles: readonly string[];
  readonly timeoutMs?: number;
}

/** At most so many steps may one workflow have, `steps` and `finally` together. */
export const MOST_STEPS = 10_000;

/** Ids of workflows, also where a step runs one. */
export const workflowId: ValueType<string> = textLike(
  /^[a-z0-9][a-z0-9_-]{0,99}$/,
  'an id has 1 to 100 of a-z, 0-9, "_" and "-" and begins with a letter or digit',
);

const stepId: ValueType<string> = textLike(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
  'the id of a step has 1 to 100 letters, digits, "_" and "-" and begins with a letter or digit',
);

const neededStep: ValueType<string> = {
  ...text(),
  read(value, reading) {
    const id = text().read(value, reading);
    if (id !== undefined) reading.findings.needs.push({ path: reading.path, id });
    return id;
  },
};

const retry = shape<RetryPolicy>("retry", {
  maxAttempts: {
    key: "max_attempts",
    type: numberIn({ min: 1, max: 100 }),
    about: "how often it is tried at most, the first time included; 3 if not given",
  },
  delayMs: { key: "delay", type: duration(), about: "how long to wait before the second attempt; doubles each time; 200ms if not given" },
  maxDelayMs: { key: "max_delay", type: duration(), about: "the longest wait between attempts; 30s if not given" },
  on: {
    key: "on",
    type: oneOrMore(choice("connection", "timeout", "rate_limit", "server_error", "tool_error"), 5),
    about: "which failures are repeated; all if not given",
  },
});

const approval = shape<ApprovalKeys>("approval", {
  message: { key: "message", type: textTemplate, required: true, about: "what the person is asked" },
  roles: { key: "roles", type: oneOrMore(text(), 100), absent: [], about: "who may answer" },
  timeoutMs: { key: "timeout", type: duration(), about: "how long to wait for the answer; the step fails after that" },
});

interface VerifyKeys extends ToolUseKeys {
  readonly happened: string;
}

const verify: ValueType<Verify> = converted(
  shape<VerifyKeys>("verify", {
    ...TOOL_USE_FIELDS,
    tool: { ...TOOL_USE_FIELDS.tool, required: true, about: 'the tool that finds out, as "server.tool"' },
    happened: { key: "happened", type: expression, required: true, about: "whether the call has taken effect; reads the probe's output" },
  }),
  (keys, reading) => {
    const use = toToolUse(keys, reading);
    return use && { ...use, happened: keys.happened };
  },
  (value) => ({ ...fromToolUse(value), happened: value.happened }),
);

interface CompensationKeys extends ToolUseKeys {
  readonly retry?: RetryPolicy;
  readonly timeoutMs?: number;
}

const compensation: ValueType<Compensation> = converted(
  shape<CompensationKeys>("compensate", {
    ...TOOL_USE_FIELDS,
    tool: { ...TOOL_USE_FIELDS.tool, required: true, about: 'the tool that undoes the step, as "server.tool"' },
    timeoutMs: { key: "timeout", type: duration(), about: "how long one attempt may take" },
    retry: { key: "retry", type: retry, about: "how the call is repeated when it fails" },
  }),
  ({ tool, server, with: args, ...rest }, reading) => {
    const use = toToolUse(toolKeys(tool, server, args), reading);
    return use && { ...use, ...rest };
  },
  ({ server, tool, with: args, ...rest }) => ({ ...fromToolUse({ server, tool, with: args }), ...rest }),
);

interface FallbackKeys extends ToolUseKeys {
  readonly value?: Template;
}

const fallback: ValueType<Fallback> = converted(
  shape<FallbackKeys>("fallback", {
    value: { key: "value", type: template, about: "the output that the step has instead" },
    ...TOOL_USE_FIELDS,
  }),
  toFallback,
  (value) => (value.kind === "value" ? { value: value.value } : fromToolUse(value)),
);

function toFallback(keys: FallbackKeys, reading: Reading): Fallback | undefined {
  if ((keys.value === undefined) === (keys.tool === undefined)) {
    return report(reading, "wrong-type", '"fallback" must have either a "value" or a "tool"');
  }
  if (keys.value !== undefined) return { kind: "value", value: keys.value };
  const use = toToolUse(keys, reading);
  return use && { kind: "tool", ...use };
}

const cache = shape<{ readonly ttlMs: number }>("cache", {
  ttlMs: { key: "ttl", type: duration(), required: true, about: "how long an answer may be reused" },
});

const effect: ValueType<Effect> = choice("read", "idempotent", "once");

/** All keys of a step. */
export const STEP: Shape<StepKeys> = shape<StepKeys>("step", {
  id: { key: "id", aliases: ["task_id"], type: stepId, required: true, about: "the name by which other steps know it" },
  name: { key: "name", type: text(), about: "a title for people" },
  description: { key: "description", type: longText(10_000), about: "what the step is for" },
  type: {
    key: "type",
    type: choice("development", "integration", "validation", "deployment"),
    about: "the phase that the step belongs to; a step that says nothing else is done by the handler of the type, if one is configured",
  },
  enforcement: {
    key: "enforcement",
    type: choice("code-review", "startup-validation", "unit-tests"),
    about: "what must hold before the step runs: a person agrees (code-review), or the check of that name passes",
  },
  validation: {
    key: "validation",
    type: choice("unit-tests", "integration-tests", "manual-review"),
    about: "what must hold before others take the step for done: a person agrees (manual-review), or the check of that name passes",
  },
  needs: {
    key: "needs",
    aliases: ["dependencies"],
    type: oneOrMore(neededStep, MOST_STEPS),
    absent: [],
    about: "the steps that must complete before this one",
  },
  if: { key: "if", type: expression, about: "the step runs only when this is true" },
  forEach: { key: "for_each", type: items, about: "runs the step once for each item of a list; reads item and index" },
  maxParallel: { key: "max_parallel", type: numberIn({ min: 1, max: 10_000 }), about: "how many items run at once" },
  ...TOOL_USE_FIELDS,
  approval: { key: "approval", type: approval, about: "waits until a person agrees" },
  sleep: { key: "sleep", type: sleepTime, about: 'waits so long, such as "10m"' },
  until: { key: "until", type: moment, about: 'waits until a moment, such as "2026-12-24T18:00:00Z"' },
  workflow: { key: "workflow", type: workflowId, about: "runs another workflow as a child" },
  value: { key: "value", type: template, about: "computes a value; nothing is called" },
  validates: { key: "validates", type: flag, about: 'an answer with "valid: false" ends the execution before anything is changed' },
  permissions: {
    key: "permissions",
    type: oneOrMore(permission, 100),
    about: 'what whoever started the execution must be allowed to do, such as "payments:charge"',
  },
  effect: { key: "effect", type: effect, about: "what the call may do: change nothing, be repeated without harm, or act anew each time" },
  timeoutMs: { key: "timeout", type: duration(), about: "how long one attempt may take; 30s if not given" },
  maxDurationMs: { key: "max_duration", type: duration(), about: "how long the step may take with all its attempts" },
  retry: { key: "retry", type: retry, about: "how the step is repeated when it fails" },
  verify: { key: "verify", type: verify, about: "finds out whether a call whose answer was lost has taken effect" },
  compensate: { key: "compensate", type: compensation, about: "undoes the step when a later one fails" },
  fallback: { key: "fallback", type: fallback, about: "what to do instead when the step has finally failed" },
  cache: { key: "cache", type: cache, about: "reuses an earlier answer to the same arguments" },
  onError: { key: "on_error", type: choice("continue"), about: 'with "continue", a failure of this step undoes nothing' },
  resources: { key: "resources", type: resourcesShape, about: "what the step occupies while it runs" },
  leases: {
    key: "leases",
    type: sharedAmounts,
    about: "what the step occupies, while it runs, of what servers share (shared_resources of tutti.yaml): how much, by name",
  },
  estimatedMs: { key: "estimated_duration", type: duration(60_000), about: "how long it will probably take; a number alone is minutes" },
  targetMachines: {
    key: "target_machines",
    type: oneOrMore(text(), 1_000),
    about: 'the machines of which one shall do it; "local" is the one that runs the workflow, "*" is any',
  },
  otherMachines: {
    key: "other_machines",
    type: oneOrMore(text(), 1_000),
    about: 'the machines of which one does it when none of target_machines is there; "*" is any that has the server',
  },
});

function toolKeys(tool: string | undefined, server: string | undefined, args: ToolUseKeys["with"]): ToolUseKeys {
  return {
    ...(tool === undefined ? {} : { tool }),
    ...(server === undefined ? {} : { server }),
    ...(args === undefined ? {} : { with: args }),
  };
}
