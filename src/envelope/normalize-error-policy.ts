import { defined } from "../base/defined.ts";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { nearest } from "../base/nearest.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { ErrorMode, ErrorPolicy } from "./error-policy.ts";
import type { Meta } from "./meta.ts";

/** The settings of a message as they were sent, and what holds where they say nothing. */
export interface ErrorPolicySources {
  /** `meta.extensions.error_policy`. */
  readonly extensions?: Json;
  /** `meta.error_policy`; what the extension says too comes from there. */
  readonly meta?: Json;
  /** Of the server or the workflow. */
  readonly defaults: ErrorPolicy;
  /** The most that a message may ask for; without them, what the defaults say. */
  readonly limits?: ErrorPolicyLimits;
}

export interface ErrorPolicyLimits {
  /** Attempts in all. */
  readonly retryCount?: number;
  readonly timeoutMs?: number;
}

/** What holds where neither message nor server nor workflow says anything. */
export const DEFAULT_ERROR_POLICY: Required<ErrorPolicy> = {
  mode: "fail_fast",
  retryCount: 3,
  timeoutMs: 30_000,
  fallbackEnabled: true,
  cacheOnError: true,
  rollbackOnFailure: true,
  propagateToUser: true,
};

/**
 * The error policy that a message asks for, on top of the defaults. It is never a weaker one by mistake: whatever is not
 * understood is an error. It is never a weaker one on purpose either: what exceeds a limit is cut to it, and what the
 * defaults expressly forbid stays forbidden. Only the mode is free.
 *
 * @returns the defaults themselves when the message says nothing
 * @throws EnvelopeInvalidError with every fault of both settings
 */
export function normalizeErrorPolicy({ extensions, meta, defaults, limits = {} }: ErrorPolicySources): ErrorPolicy {
  const problems: string[] = [];
  const asked = {
    ...readSetting(meta, "meta.error_policy", problems),
    ...readSetting(extensions, "meta.extensions.error_policy", problems),
  };
  if (problems.length > 0) throw new EnvelopeInvalidError(theFirst(problems));
  return Object.keys(asked).length === 0 ? defaults : tightened(asked, defaults, limits);
}

const PROBLEMS_MAX = 20;

function theFirst(problems: readonly string[]): readonly string[] {
  const more = problems.length - PROBLEMS_MAX;
  return more <= 0 ? problems : [...problems.slice(0, PROBLEMS_MAX), `and ${more} more`];
}

/** The error policy for a message with this meta; see {@link normalizeErrorPolicy}. */
export function errorPolicyOf(meta: Meta, defaults: ErrorPolicy, limits?: ErrorPolicyLimits): ErrorPolicy {
  const sources = { extensions: extensionIn(meta.extensions ?? {}), meta: meta.errorPolicy, limits };
  return normalizeErrorPolicy({ defaults, ...defined(sources) });
}

/** The policy with all that it leaves open filled in. */
export function completeErrorPolicy(policy: ErrorPolicy): Required<ErrorPolicy> {
  return { ...DEFAULT_ERROR_POLICY, ...policy };
}

/** Some senders put a message's extensions into one of the name `sections`. */
function extensionIn(extensions: JsonObject): Json | undefined {
  const sections = own(extensions, "sections");
  const settings = [extensions, isJsonObject(sections) ? sections : {}]
    .flatMap((place) => [own(place, "error_policy"), own(place, "errorPolicy")])
    .filter((setting) => setting !== undefined);
  const [first] = settings;
  if (first !== undefined && settings.some((setting) => setting !== first))
    throw new EnvelopeInvalidError(["meta.extensions.error_policy is there more than once; one place is enough"]);
  return first;
}

function own(place: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(place, key) ? place[key] : undefined;
}

type AskedPolicy = Partial<ErrorPolicy>;

function readSetting(setting: Json | undefined, place: string, problems: string[]): AskedPolicy {
  if (setting === undefined) return {};
  if (typeof setting === "string") return readFields({ mode: setting }, { place, problems });
  if (isJsonObject(setting)) return readFields(setting, { place, problems });
  problems.push(`${place} is ${shown(setting)}, and must be a mode (${LISTED_MODES}) or an object`);
  return {};
}

interface Reading {
  readonly place: string;
  readonly problems: string[];
}

function readFields(setting: JsonObject, { place, problems }: Reading): AskedPolicy {
  const asked = new Map<keyof ErrorPolicy, Json>();
  for (const [name, value] of Object.entries(setting)) {
    const field = FIELDS.find(({ key, wireName }) => name === wireName || name === key);
    if (field === undefined) problems.push(`${place}: ${unknownField(name)}`);
    else if (asked.has(field.key)) problems.push(`${place}: "${field.wireName}" is there twice`);
    else if (!field.accepts(value)) problems.push(`${place}: "${field.wireName}" is ${shown(value)}, and must be ${field.wanted(value)}`);
    else asked.set(field.key, value);
  }
  return Object.fromEntries(asked);
}

function tightened(asked: AskedPolicy, defaults: ErrorPolicy, limits: ErrorPolicyLimits): ErrorPolicy {
  const { retryCount, timeoutMs } = completeErrorPolicy(defaults);
  return defined({
    ...defaults,
    ...asked,
    // To ask for no attempt at all is to ask for one without another.
    retryCount:
      asked.retryCount === undefined ? defaults.retryCount : Math.max(1, Math.min(asked.retryCount, limits.retryCount ?? retryCount)),
    timeoutMs: asked.timeoutMs === undefined ? defaults.timeoutMs : Math.min(asked.timeoutMs, limits.timeoutMs ?? timeoutMs),
    ...(defaults.fallbackEnabled === false && { fallbackEnabled: false }),
    ...(defaults.cacheOnError === false && { cacheOnError: false }),
    ...(defaults.rollbackOnFailure === true && { rollbackOnFailure: true }),
    ...(defaults.propagateToUser === false && { propagateToUser: false }),
  });
}

interface Field {
  readonly key: keyof ErrorPolicy;
  readonly wireName: string;
  readonly accepts: (value: Json) => boolean;
  readonly wanted: (value: Json) => string;
}

const MODES: readonly ErrorMode[] = ["fail_fast", "allow_partial", "best_effort"];
const LISTED_MODES = "fail_fast, allow_partial or best_effort";

const FIELDS: readonly Field[] = [
  {
    key: "mode",
    wireName: "mode",
    accepts: (value) => MODES.some((mode) => mode === value),
    wanted: (value) => `${LISTED_MODES}${suggestion(value, MODES)}`,
  },
  wholeNumber("retryCount", "retry_count", 0),
  wholeNumber("timeoutMs", "timeout_ms", 1),
  flag("fallbackEnabled", "fallback_enabled"),
  flag("cacheOnError", "cache_on_error"),
  flag("rollbackOnFailure", "rollback_on_failure"),
  flag("propagateToUser", "propagate_to_user"),
];

function wholeNumber(key: keyof ErrorPolicy, wireName: string, least: number): Field {
  return {
    key,
    wireName,
    accepts: (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= least,
    wanted: () => `a whole number from ${least}`,
  };
}

function flag(key: keyof ErrorPolicy, wireName: string): Field {
  return { key, wireName, accepts: (value) => typeof value === "boolean", wanted: () => "true or false" };
}

function unknownField(name: string): string {
  const names = FIELDS.map(({ wireName }) => wireName);
  return `there is no field ${shown(name)}${suggestion(name, names)}; there are ${names.join(", ")}`;
}

function suggestion(value: Json, candidates: readonly string[]): string {
  const meant = typeof value === "string" ? nearest(value, candidates) : undefined;
  return meant === undefined ? "" : ` (did you mean "${meant}"?)`;
}

const SHOWN_MAX = 60;

/** Not what a list or an object contains: that may be large, and deeper than the stack. */
function shown(value: Json): string {
  if (typeof value === "object" && value !== null) return isJsonObject(value) ? "an object" : "a list";
  const text = JSON.stringify(value);
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}...`;
}
