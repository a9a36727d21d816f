import { present, unreachable } from "../base/assert.ts";
import { isJsonObject, type Json } from "../base/json.ts";
import type { Step, StepAction } from "../model/workflow.ts";
import { noFindings, report, within } from "./reading.ts";
import type { Reading } from "./reading.ts";
import type { PartlyRead } from "./shape.ts";
import { STEP } from "./step-shape.ts";
import type { StepKeys } from "./step-shape.ts";
import { fromToolUse, toToolUse } from "./tool-use.ts";
import type { ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

/** Keys that some kinds of step have and others cannot have. All other keys fit every step. */
const KEYS_OF_KIND: { readonly [Kind in StepAction["kind"]]: readonly (keyof StepKeys)[] } = {
  tool: [
    "server",
    "with",
    "forEach",
    "maxParallel",
    "validates",
    "permissions",
    "effect",
    "timeoutMs",
    "retry",
    "verify",
    "compensate",
    "fallback",
    "cache",
    "leases",
  ],
  workflow: ["with", "forEach", "maxParallel", "validates", "timeoutMs", "retry", "compensate", "fallback"],
  value: ["forEach", "maxParallel", "validates"],
  approval: [],
  sleep: [],
};

const KEYS_OF_SOME_KIND: ReadonlySet<keyof StepKeys> = new Set(Object.values(KEYS_OF_KIND).flat());

/** The keys that say what a step does, with the kind of step that they make. */
const ACTION_KEYS = [
  ["tool", "tool"],
  ["approval", "approval"],
  ["sleep", "sleep"],
  ["until", "sleep"],
  ["workflow", "workflow"],
  ["value", "value"],
] as const;

/** One entry of `steps` or `finally`, as far as it can be read. */
export const step: ValueType<Partial<StepKeys>> = {
  ...STEP,
  read(value: Json, reading: Reading) {
    const read = STEP.readPartly(value, reading);
    // An entry keeps its place in the list also when it is none, so that problems of the others are found in theirs.
    if (read === undefined) return {};
    checkKind(read, reading);
    return read.values;
  },
};

/** The finished step; its keys have been read without a problem. */
export function toStep(keys: Partial<StepKeys>): Step {
  const {
    id,
    needs = [],
    tool: _tool,
    server: _server,
    with: _with,
    approval: _approval,
    sleep: _sleep,
    until: _until,
    workflow: _workflow,
    value: _value,
    ...rest
  } = keys;
  return { id: present(id, "a step without problems has an id"), ...rest, needs, action: toAction(keys) };
}

/** A step that could not be read: others may name it, and nothing more is said of it. */
export function toPlaceholder({ id, needs = [] }: Partial<StepKeys>, place: number): Step {
  return { id: id ?? `#${place}`, needs, action: { kind: "value", value: null } };
}

/** The keys that stand for a step in a file. */
export function fromStep({ action, ...rest }: Step): StepKeys {
  switch (action.kind) {
    case "tool":
      return { ...rest, ...fromToolUse(action) };
    case "approval": {
      const { kind: _, ...approval } = action;
      return { ...rest, approval };
    }
    case "sleep": {
      const { duration, until } = action;
      return { ...rest, ...(duration === undefined ? {} : { sleep: duration }), ...(until === undefined ? {} : { until }) };
    }
    case "workflow":
      return { ...rest, workflow: action.workflow, with: action.with };
    case "value":
      return action.phase === true && isJsonObject(action.value) ? { ...rest, with: action.value } : { ...rest, value: action.value };
    default:
      return unreachable(action);
  }
}

function toAction(keys: Partial<StepKeys>): StepAction {
  if (keys.approval !== undefined) return { kind: "approval", ...keys.approval };
  if (keys.sleep !== undefined) return { kind: "sleep", duration: keys.sleep };
  if (keys.until !== undefined) return { kind: "sleep", until: keys.until };
  if (keys.workflow !== undefined) return { kind: "workflow", workflow: keys.workflow, with: keys.with ?? {} };
  if (keys.value !== undefined) return { kind: "value", value: keys.value };
  if (keys.tool === undefined) return { kind: "value", value: keys.with ?? {}, phase: true };
  const use = toToolUse(keys, { path: [], findings: noFindings() });
  return { kind: "tool", ...present(use, "a step without problems has a tool") };
}

function checkKind({ given, values, hasUnknown }: PartlyRead<StepKeys>, reading: Reading): void {
  const [first, second] = ACTION_KEYS.filter(([key]) => given.has(key));
  if (first !== undefined && second !== undefined) {
    const message = `a step does one thing, and this one has ${quoted(first[0])} and ${quoted(second[0])}: make two steps of it`;
    report(within(reading, second[0]), "conflicting-keys", message, { atKey: true });
    return;
  }
  if (first !== undefined) {
    if (first[0] === "tool") toToolUse(values, reading);
    checkKeys(given, first[1], reading);
  } else if (isLabelled(given)) {
    // It may be that a tool does its work: planning knows.
    checkKeys(given, "tool", reading);
  } else if (!hasUnknown) {
    report(reading, "missing-key", `the step does nothing: it needs one of ${ACTION_KEYS.map(([key]) => quoted(key)).join(", ")}`);
  }
}

/** A step that only says of what type it is and how it is checked: a handler does its work, or nobody. */
function isLabelled(given: ReadonlyMap<keyof StepKeys, string>): boolean {
  return given.has("type") || given.has("enforcement") || given.has("validation");
}

function checkKeys(given: ReadonlyMap<keyof StepKeys, string>, kind: StepAction["kind"], reading: Reading): void {
  for (const [property, key] of given) {
    const at = within(reading, key);
    if (KEYS_OF_SOME_KIND.has(property) && !KEYS_OF_KIND[kind].includes(property)) {
      report(at, "misplaced-key", `${quoted(key)} has no meaning on ${KIND_NAMES[kind]}${hint(property, kind)}`, { atKey: true });
    } else if (property === "maxParallel" && !given.has("forEach")) {
      report(at, "misplaced-key", `${quoted(key)} has no meaning without "for_each"`, { atKey: true });
    }
  }
}

const KIND_NAMES: { readonly [Kind in StepAction["kind"]]: string } = {
  tool: "a step that calls a tool",
  workflow: "a step that runs a workflow",
  value: "a step that computes a value",
  approval: "an approval",
  sleep: "a step that sleeps",
};

function hint(property: keyof StepKeys, kind: StepAction["kind"]): string {
  if (property === "timeoutMs" && kind === "approval") return ': put it inside "approval"';
  if (property === "timeoutMs") return ': use "max_duration" to limit the whole step';
  return "";
}
