import { expect, test } from "vitest";
import type { Json, JsonObject } from "../base/json.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { ErrorPolicy } from "./error-policy.ts";
import type { Meta } from "./meta.ts";
import { completeErrorPolicy, errorPolicyOf, normalizeErrorPolicy } from "./normalize-error-policy.ts";

const DEFAULTS: ErrorPolicy = { mode: "fail_fast" };

const understood: readonly (readonly [string, Json, ErrorPolicy])[] = [
  ["a mode alone", "best_effort", { mode: "best_effort" }],
  ["an object with a mode", { mode: "allow_partial" }, { mode: "allow_partial" }],
  ["an object without a mode", { fallback_enabled: false }, { mode: "fail_fast", fallbackEnabled: false }],
  ["an empty object", {}, { mode: "fail_fast" }],
  ["names in camelCase", { retryCount: 2, timeoutMs: 500 }, { mode: "fail_fast", retryCount: 2, timeoutMs: 500 }],
  [
    "every field",
    {
      mode: "best_effort",
      retry_count: 1,
      timeout_ms: 1,
      fallback_enabled: true,
      cache_on_error: false,
      rollback_on_failure: false,
      propagate_to_user: false,
    },
    {
      mode: "best_effort",
      retryCount: 1,
      timeoutMs: 1,
      fallbackEnabled: true,
      cacheOnError: false,
      rollbackOnFailure: false,
      propagateToUser: false,
    },
  ],
  ["no attempt at all, which is one without another", { retry_count: 0 }, { mode: "fail_fast", retryCount: 1 }],
  ["more attempts than allowed, which is as many as are", { retry_count: 50 }, { mode: "fail_fast", retryCount: 3 }],
  ["more time than allowed, which is as much as is", { timeout_ms: 3_600_000 }, { mode: "fail_fast", timeoutMs: 30_000 }],
];

test.each(understood)("a message may set %s", (_, setting, policy) => {
  expect(normalizeErrorPolicy({ meta: setting, defaults: DEFAULTS })).toEqual(policy);
  expect(normalizeErrorPolicy({ extensions: setting, defaults: DEFAULTS })).toEqual(policy);
});

const refused: readonly (readonly [Json, string])[] = [
  [
    "fail-fast",
    'meta.error_policy: "mode" is "fail-fast", and must be fail_fast, allow_partial or best_effort (did you mean "fail_fast"?)',
  ],
  ["FailFast", '"FailFast", and must be fail_fast, allow_partial or best_effort (did you mean "fail_fast"?)'],
  ["", '"mode" is "", and must be'],
  ["ignore", "must be fail_fast, allow_partial or best_effort"],
  [null, "meta.error_policy is null, and must be a mode (fail_fast, allow_partial or best_effort) or an object"],
  [3, "meta.error_policy is 3, and must be"],
  [["fail_fast"], "meta.error_policy is a list, and must be"],
  [{ mode: null }, 'meta.error_policy: "mode" is null, and must be'],
  [{ mode: ["fail_fast"] }, '"mode" is a list, and must be'],
  [{ retry_count: "3" }, '"retry_count" is "3", and must be a whole number from 0'],
  [{ retry_count: -1 }, '"retry_count" is -1, and must be a whole number from 0'],
  [{ retry_count: 1.5 }, '"retry_count" is 1.5, and must be'],
  [{ retry_count: 1e300 }, '"retry_count" is 1e+300, and must be'],
  [{ retry_count: null }, '"retry_count" is null, and must be'],
  [{ timeout_ms: 0 }, '"timeout_ms" is 0, and must be a whole number from 1'],
  [{ timeout_ms: "30s" }, '"timeout_ms" is "30s", and must be'],
  [{ fallback_enabled: "false" }, '"fallback_enabled" is "false", and must be true or false'],
  [{ cache_on_error: 0 }, '"cache_on_error" is 0, and must be true or false'],
  [{ rollback_on_failure: {} }, '"rollback_on_failure" is an object, and must be true or false'],
  [{ retries: 1 }, 'there is no field "retries"'],
  [{ retrycount: 1 }, 'there is no field "retrycount" (did you mean "retry_count"?)'],
  [{ errors_allowed: ["a"] }, 'there is no field "errors_allowed"'],
  [{ retry_count: 1, retryCount: 2 }, '"retry_count" is there twice'],
  [JSON.parse('{"__proto__":{"mode":"best_effort"}}') as JsonObject, 'there is no field "__proto__"'],
  [JSON.parse('{"constructor":1}') as JsonObject, 'there is no field "constructor"'],
];

test.each(refused)("the setting %j is an error, and never a weaker policy", (setting, words) => {
  expect(problemsOf(() => normalizeErrorPolicy({ meta: setting, defaults: DEFAULTS }))).toEqual([expect.stringContaining(words)]);
  expect(problemsOf(() => normalizeErrorPolicy({ extensions: setting, meta: "fail_fast", defaults: DEFAULTS }))).toHaveLength(1);
  // A fault counts also where another setting would hide it.
  expect(problemsOf(() => normalizeErrorPolicy({ extensions: "fail_fast", meta: setting, defaults: DEFAULTS }))).toHaveLength(1);
});

test("every fault is told at once, with its place", () => {
  const sources = { extensions: { mode: "x", timeout_ms: -1 }, meta: { retry_count: "many" }, defaults: DEFAULTS };
  expect(problemsOf(() => normalizeErrorPolicy(sources))).toEqual([
    expect.stringContaining("meta.error_policy: "),
    expect.stringContaining("meta.extensions.error_policy: "),
    expect.stringContaining("meta.extensions.error_policy: "),
  ]);
});

test("of a thousand faults the first twenty are told", () => {
  const meta = Object.fromEntries(Array.from({ length: 1_000 }, (_, number) => [`unknown_${number}_${"x".repeat(500)}`, true]));
  const problems = problemsOf(() => normalizeErrorPolicy({ meta, defaults: DEFAULTS }));
  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toBe("and 980 more");
  expect(problems.join("").length).toBeLessThan(10_000);
});

test("the extension counts more than the meta, and the meta more than the defaults, field by field", () => {
  const policy = normalizeErrorPolicy({
    extensions: { mode: "best_effort", timeout_ms: 100 },
    meta: { mode: "allow_partial", timeout_ms: 200, retry_count: 2 },
    defaults: { mode: "fail_fast", retryCount: 5, timeoutMs: 1_000, cacheOnError: true },
  });
  expect(policy).toEqual({ mode: "best_effort", timeoutMs: 100, retryCount: 2, cacheOnError: true });
});

test("limits allow more than the defaults, and never more than themselves", () => {
  const sources = { defaults: DEFAULTS, limits: { retryCount: 10, timeoutMs: 60_000 } };
  expect(normalizeErrorPolicy({ ...sources, meta: { retry_count: 7, timeout_ms: 45_000 } })).toMatchObject({
    retryCount: 7,
    timeoutMs: 45_000,
  });
  expect(normalizeErrorPolicy({ ...sources, meta: { retry_count: 11, timeout_ms: 60_001 } })).toMatchObject({
    retryCount: 10,
    timeoutMs: 60_000,
  });
});

test("what the defaults expressly say for safety, no message takes back", () => {
  const strict = {
    mode: "fail_fast",
    fallbackEnabled: false,
    cacheOnError: false,
    rollbackOnFailure: true,
    propagateToUser: false,
  } as const;
  const lax = { fallback_enabled: true, cache_on_error: true, rollback_on_failure: false, propagate_to_user: true };
  expect(normalizeErrorPolicy({ meta: lax, defaults: strict })).toEqual(strict);
});

test("a message that says nothing leaves the defaults as they are", () => {
  const defaults: ErrorPolicy = { mode: "allow_partial", retryCount: 9 };
  expect(errorPolicyOf({}, defaults)).toBe(defaults);
  expect(errorPolicyOf({ extensions: { pagination: {} } }, defaults)).toBe(defaults);
});

const placed: readonly (readonly [string, Meta])[] = [
  ["in the meta", { errorPolicy: "best_effort" }],
  ["among the extensions", { extensions: { error_policy: "best_effort" } }],
  ["among the extensions, in camelCase", { extensions: { errorPolicy: { mode: "best_effort" } } }],
  ["among sections of the extensions", { extensions: { sections: { error_policy: "best_effort" } } }],
  ["in both, where the extension counts", { errorPolicy: "allow_partial", extensions: { error_policy: "best_effort" } }],
];

test.each(placed)("an error policy is found %s", (_, meta) => {
  expect(errorPolicyOf(meta, DEFAULTS)).toEqual({ mode: "best_effort" });
});

test("two extensions that disagree are an error", () => {
  const meta = { extensions: { error_policy: "fail_fast", sections: { error_policy: "best_effort" } } };
  expect(problemsOf(() => errorPolicyOf(meta, DEFAULTS))).toEqual([expect.stringContaining("more than once")]);
});

test("what nobody says is three attempts, thirty seconds, fallbacks, old answers and rollback", () => {
  expect(completeErrorPolicy({ mode: "best_effort", retryCount: 1 })).toEqual({
    mode: "best_effort",
    retryCount: 1,
    timeoutMs: 30_000,
    fallbackEnabled: true,
    cacheOnError: true,
    rollbackOnFailure: true,
    propagateToUser: true,
  });
});

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof EnvelopeInvalidError) return error.problems;
    throw error;
  }
  return [];
}
