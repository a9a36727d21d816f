import fc from "fast-check";
import { printDuration } from "../../src/base/duration.ts";
import type { Json } from "../../src/base/json.ts";
import type {
  Compensation,
  Fallback,
  Resources,
  RetryPolicy,
  Step,
  StepAction,
  ToolUse,
  Verify,
  Workflow,
} from "../../src/model/workflow.ts";
import type { ErrorPolicy } from "../../src/envelope/error-policy.ts";

/** Any workflow that a file can hold, with all keys of the format. Its tools exist nowhere, and its graph may have cycles. */
export function anyWorkflow(): fc.Arbitrary<Workflow> {
  const ids = fc.uniqueArray(stepId, { minLength: 0, maxLength: 6 });
  return fc.tuple(ids, fc.nat({ max: 2 })).chain(([all, last]) => {
    const main = all.slice(0, Math.max(0, all.length - last));
    return workflowOf(main, all.slice(main.length));
  });
}

/** Keys that are left out rather than undefined. */
function some<T extends object>(arbitraries: { readonly [Key in keyof T]-?: fc.Arbitrary<Exclude<T[Key], undefined>> }): fc.Arbitrary<
  Partial<T>
> {
  return fc.record(arbitraries, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const stepId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const workflowId = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,12}$/);
const inputName = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/);
const words = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
const line = words.map((text) => text.replaceAll(/\p{Cc}/gu, "-"));
const name = fc.oneof(line, fc.constantFrom("yes", "1.0", "null", "# x", "a: b", " padded ", "- x", "${{ x }}", "*a", "12:30", "~"));
const description = fc.oneof(line, fc.constantFrom("two\nlines\n", "\n- x\n\n  y", "tab\t", " \n"));
const ms = fc.oneof(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: 315_360_000_000 }));
const bytes = fc.oneof(fc.nat(), fc.constantFrom(32e9, 24 * 2 ** 30, 1.5e9, 5e12));
const flag = fc.boolean();

/** Text without a `${{` that would have to be an expression. */
const plainText = words.filter((text) => !text.includes("${{"));
const expression = fc.constantFrom(
  "1 + 1",
  "execution.id",
  "[1, 2].size() > 1",
  "{'a': {'b': 1}}.a.b == 1",
  "'}}' + \"'\" == '\\n'",
  "true",
);
const textTemplate = fc.oneof(
  plainText,
  expression.map((source) => `\${{ ${source} }}`),
  fc.tuple(plainText, expression).map(([text, source]) => `${text} \${{ ${source} }} $\${{`),
);

function hasForbiddenKey(value: Json): boolean {
  return JSON.stringify(value).includes('"__proto__"') || JSON.stringify(value).includes("${{");
}

const template: fc.Arbitrary<Json> = fc.oneof(
  textTemplate,
  fc
    .jsonValue({ maxDepth: 3, stringUnit: "binary" })
    .map((value) => JSON.parse(JSON.stringify(value)) as Json)
    .filter((value) => !hasForbiddenKey(value)),
);
const templates = fc.dictionary(fc.oneof(inputName, plainText), template, { maxKeys: 3 }).filter((value) => !hasForbiddenKey(value));

const toolUse: fc.Arbitrary<ToolUse> = fc.record({
  server: fc.stringMatching(/^[A-Za-z0-9_-]{1,10}$/),
  tool: fc.stringMatching(/^[A-Za-z0-9_./-]{1,10}$/),
  with: templates,
});
const retry: fc.Arbitrary<RetryPolicy> = some<RetryPolicy>({
  maxAttempts: fc.integer({ min: 1, max: 100 }),
  delayMs: ms,
  maxDelayMs: ms,
  on: fc.subarray(["connection", "timeout", "rate_limit", "server_error", "tool_error"]),
});
const verify: fc.Arbitrary<Verify> = fc.tuple(toolUse, expression).map(([use, happened]) => ({ ...use, happened }));
const compensate: fc.Arbitrary<Compensation> = fc
  .tuple(toolUse, some<{ retry: RetryPolicy; timeoutMs: number }>({ retry, timeoutMs: ms }))
  .map(([use, rest]) => ({ ...use, ...rest }));
const fallback: fc.Arbitrary<Fallback> = fc.oneof(
  template.map((value): Fallback => ({ kind: "value", value })),
  toolUse.map((use): Fallback => ({ kind: "tool", ...use })),
);
const resources: fc.Arbitrary<Resources> = some<Resources>({
  gpu: fc.nat({ max: 10_000 }),
  gpuMemoryBytes: bytes,
  memoryBytes: bytes,
  cpu: fc.double({ min: 0, max: 100_000, noNaN: true }).map((cpu) => cpu + 0),
  apiCalls: fc.nat({ max: 1e9 }),
  concurrentJobs: fc.nat({ max: 1e6 }),
});

const action: fc.Arbitrary<StepAction> = fc.oneof(
  toolUse.map((use): StepAction => ({ kind: "tool", ...use })),
  fc
    .tuple(textTemplate, fc.array(name, { maxLength: 3 }), some<{ timeoutMs: number }>({ timeoutMs: ms }))
    .map(([message, roles, rest]): StepAction => ({ kind: "approval", message, roles, ...rest })),
  ms.map((duration): StepAction => ({ kind: "sleep", duration: printDuration(duration) })),
  fc.constant<StepAction>({ kind: "sleep", until: "2026-12-24T18:00:00+01:00" }),
  fc.tuple(workflowId, templates).map(([workflow, args]): StepAction => ({ kind: "workflow", workflow, with: args })),
  template.map((value): StepAction => ({ kind: "value", value })),
  templates.map((value): StepAction => ({ kind: "value", value, phase: true })),
);

const anywhere = {
  name,
  description,
  if: expression,
  maxDurationMs: ms,
  onError: fc.constant("continue" as const),
  resources,
  estimatedMs: ms,
  targetMachines: fc.array(name, { maxLength: 2 }),
  otherMachines: fc.array(name, { maxLength: 2 }),
  type: fc.constantFrom("development", "integration", "validation", "deployment"),
  enforcement: fc.constantFrom("code-review", "startup-validation", "unit-tests"),
  validation: fc.constantFrom("unit-tests", "integration-tests", "manual-review"),
};
const each = {
  forEach: fc.oneof(fc.array(template, { maxLength: 3 }), fc.constant("${{ inputs }}")),
  validates: flag,
};
const called = { ...each, fallback, timeoutMs: ms, retry, compensate };
const KEYS: { readonly [Kind in StepAction["kind"]]: Readonly<Record<string, fc.Arbitrary<unknown>>> } = {
  tool: {
    ...called,
    permissions: fc.uniqueArray(fc.constantFrom("a:read", "b:*"), { minLength: 1, maxLength: 2 }),
    effect: fc.constantFrom("read", "idempotent", "once"),
    verify,
    cache: fc.record({ ttlMs: ms }),
    leases: fc.dictionary(stepId, fc.integer({ min: 1, max: 1e6 }), { maxKeys: 2 }),
  },
  workflow: called,
  value: each,
  approval: {},
  sleep: {},
};

function stepOf(id: string, others: readonly string[]): fc.Arbitrary<Step> {
  return action.chain((act) =>
    fc
      .tuple(
        fc.record({ ...anywhere, ...KEYS[act.kind] }, { requiredKeys: [] }),
        fc.subarray([...others]),
        fc.integer({ min: 1, max: 10_000 }),
        flag,
      )
      .map(([keys, needs, maxParallel, limited]) => {
        const limit = limited && "forEach" in keys ? { maxParallel } : {};
        const phase = act.kind === "value" && act.phase === true ? { type: "integration" as const } : {};
        return { id, ...keys, ...phase, ...limit, needs, action: act };
      }),
  );
}

const inputs = fc.dictionary(
  inputName,
  fc.constantFrom(
    { type: "string" },
    { type: "integer", default: 3 },
    { type: ["array", "null"], items: { enum: [1, "x"] }, default: null },
    { description: "anything" },
  ),
  { maxKeys: 3 },
);

const errorPolicy: fc.Arbitrary<ErrorPolicy> = fc
  .tuple(
    fc.constantFrom("fail_fast" as const, "allow_partial" as const, "best_effort" as const),
    some<Omit<ErrorPolicy, "mode">>({
      retryCount: fc.integer({ min: 1, max: 100 }),
      timeoutMs: ms,
      fallbackEnabled: flag,
      cacheOnError: flag,
      rollbackOnFailure: flag,
      propagateToUser: flag,
    }),
  )
  .map(([mode, rest]) => ({ mode, ...rest }));

function workflowOf(main: readonly string[], last: readonly string[]): fc.Arbitrary<Workflow> {
  const phase = (ids: readonly string[]): fc.Arbitrary<readonly Step[]> =>
    fc.tuple(
      ...ids.map((id) =>
        stepOf(
          id,
          ids.filter((other) => other !== id),
        ),
      ),
    );
  const required = fc.record({ id: workflowId, inputs, errorPolicy, steps: phase(main), finally: phase(last) });
  const optional = some<Omit<Workflow, "id" | "inputs" | "errorPolicy" | "steps" | "finally">>({
    name,
    description,
    version: name,
    pattern: name,
    timeoutMs: ms,
    concurrency: fc.record({
      group: textTemplate,
      limit: fc.integer({ min: 1, max: 10_000 }),
      onConflict: fc.constantFrom("queue", "skip", "cancel"),
    }),
    on: some<{ schedule: string }>({ schedule: fc.constantFrom("0 7 * * *", "*/5 0-6,12 1 jan-mar mon") }),
    expose: flag,
    priority: fc.integer({ min: 1, max: 10 }),
    metadata: fc.dictionary(inputName, template, { maxKeys: 2 }),
    output: template,
  });
  // The clone has ordinary prototypes, as a workflow from a file has.
  return fc.tuple(required, optional).map(([first, rest]) => structuredClone({ ...first, ...rest }));
}
