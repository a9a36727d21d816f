import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../../src/base/json.ts";
import { EnvelopeInvalidError } from "../../src/envelope/envelope-invalid-error.ts";
import type { ErrorPolicy } from "../../src/envelope/error-policy.ts";
import { completeErrorPolicy, type ErrorPolicySources, normalizeErrorPolicy } from "../../src/envelope/normalize-error-policy.ts";

const MODE = fc.constantFrom("fail_fast", "allow_partial", "best_effort");
const POLICY = fc.record(
  {
    mode: MODE,
    retryCount: fc.integer({ min: 1, max: 100 }),
    timeoutMs: fc.integer({ min: 1, max: 100_000 }),
    fallbackEnabled: fc.boolean(),
    cacheOnError: fc.boolean(),
    rollbackOnFailure: fc.boolean(),
    propagateToUser: fc.boolean(),
  },
  { requiredKeys: ["mode"] },
) as fc.Arbitrary<ErrorPolicy>;

/** Settings that are nearly right: right fields with any value, and some that there are not. */
const FIELDS = [
  "retry_count",
  "timeout_ms",
  "fallback_enabled",
  "cache_on_error",
  "rollback_on_failure",
  "propagate_to_user",
  "retryCount",
];
const VALUE = fc.oneof(fc.integer({ min: -1, max: 200_000 }), fc.boolean(), fc.jsonValue());
const SETTING = fc.oneof(
  MODE,
  fc.string(),
  fc.jsonValue(),
  fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FIELDS) }, fc.string()), VALUE, { maxKeys: 4 }),
  fc.record(
    { mode: MODE, retry_count: fc.nat(), timeout_ms: fc.integer({ min: 1 }), fallback_enabled: fc.boolean() },
    { requiredKeys: [] },
  ),
) as fc.Arbitrary<Json>;

const SOURCES: fc.Arbitrary<ErrorPolicySources> = fc.record(
  {
    extensions: SETTING,
    meta: SETTING,
    defaults: POLICY,
    limits: fc.record({ retryCount: fc.integer({ min: 1, max: 100 }), timeoutMs: fc.integer({ min: 1, max: 100_000 }) }),
  },
  { requiredKeys: ["defaults"] },
);

test("any setting is an error of the envelope, or gives a policy within the limits", () => {
  let [understood, refused] = [0, 0];
  const property = fc.property(SOURCES, (sources) => {
    const policy = policyOf(sources);
    if (policy === undefined) refused += 1;
    else understood += 1;
    expect(policy === undefined ? [] : weaknesses(policy, sources)).toEqual([]);
  });
  fc.assert(property, { numRuns: 20_000 });
  expect(understood).toBeGreaterThan(2_000);
  expect(refused).toBeGreaterThan(2_000);
});

test("a policy that was made from a setting is the same when the setting is applied again", () => {
  const property = fc.property(SOURCES, (sources) => {
    const once = policyOf(sources);
    expect(once && policyOf({ ...sources, defaults: once })).toEqual(once);
  });
  expect(() => fc.assert(property, { numRuns: 5_000 })).not.toThrow();
});

function policyOf(sources: ErrorPolicySources): ErrorPolicy | undefined {
  try {
    return normalizeErrorPolicy(sources);
  } catch (error) {
    if (error instanceof EnvelopeInvalidError && error.problems.length > 0) return undefined;
    throw error;
  }
}

function weaknesses(policy: ErrorPolicy, { defaults, limits }: ErrorPolicySources): readonly string[] {
  const [got, had] = [completeErrorPolicy(policy), completeErrorPolicy(defaults)];
  const faults: string[] = [];
  if (got.retryCount > Math.max(had.retryCount, limits?.retryCount ?? 0) || got.retryCount < 1) faults.push("attempts");
  if (got.timeoutMs > Math.max(had.timeoutMs, limits?.timeoutMs ?? 0) || got.timeoutMs < 1) faults.push("time");
  if (defaults.fallbackEnabled === false && got.fallbackEnabled) faults.push("fallback");
  if (defaults.cacheOnError === false && got.cacheOnError) faults.push("old answers");
  if (defaults.rollbackOnFailure === true && !got.rollbackOnFailure) faults.push("rollback");
  if (defaults.propagateToUser === false && got.propagateToUser) faults.push("telling the user");
  if (!["fail_fast", "allow_partial", "best_effort"].includes(got.mode)) faults.push("mode");
  return faults;
}
