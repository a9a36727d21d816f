import fc from "fast-check";
import { expect, test } from "vitest";
import { currentContext, runInContext } from "../../src/context/ambient-context.ts";
import { ContextError } from "../../src/envelope/context-error.ts";
import { Context } from "../../src/envelope/context.ts";
import type { Meta } from "../../src/envelope/meta.ts";
import { anyMeta } from "../support/any-envelope.ts";

const TENANT = fc.constantFrom("acme", "acme", "acme", "globex");
const WORDS = fc.subarray(["a:read", "a:write"]);
const SECURITY = fc.record(
  { userId: fc.constantFrom("ann", "ann", "bob"), sessionId: fc.constantFrom("s1", "s1", "s2"), permissions: WORDS, roles: WORDS },
  { requiredKeys: [] },
);
/** Metas that are often nearly the same, so that many may follow on each other. */
const CLAIMS = fc.record(
  {
    tenant: TENANT,
    security: SECURITY,
    onBehalfOf: fc.record({ originalUser: fc.constantFrom("cid", "cid", "dan") }),
    sessionId: fc.constant("s1"),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Meta>;

test("however contexts are put into one another, the innermost is of the first one's tenant or of none, with no claim that it had not", () => {
  let [entered, refused] = [0, 0];
  const property = fc.property(fc.array(CLAIMS, { minLength: 2, maxLength: 5 }), ([first = {}, ...others]) => {
    const faults: string[] = [];
    const enter = ([next, ...rest]: readonly Meta[]): void => {
      faults.push(...gained(first, currentContext()?.meta ?? {}));
      if (next === undefined) return;
      try {
        runInContext(Context.of(next), () => enter(rest));
        entered += 1;
      } catch (error) {
        if (!(error instanceof ContextError)) throw error;
        refused += 1;
        enter(rest);
      }
    };
    runInContext(Context.of(first), () => enter(others));
    expect(faults).toEqual([]);
    expect(currentContext()).toBeUndefined();
  });
  fc.assert(property, { numRuns: 10_000 });
  expect(entered).toBeGreaterThan(1_000);
  expect(refused).toBeGreaterThan(1_000);
});

test("a context has exactly what its meta has, and may become what it is", () => {
  const property = fc.property(anyMeta(), (meta) => {
    const context = Context.of(meta);
    expect(context.meta).toEqual(meta);
    expect(context.derive({}).meta).toEqual(meta);
    expect(runInContext(context, () => runInContext(Context.of(meta), () => currentContext()?.meta))).toEqual(meta);
  });
  expect(() => fc.assert(property, { numRuns: 300 })).not.toThrow();
});

/** What `has` has that `had` had not. */
function gained(had: Meta, has: Meta): readonly string[] {
  const [before, after] = [had.security ?? {}, has.security ?? {}];
  const lists = (["permissions", "roles"] as const).flatMap((list) =>
    (after[list] ?? []).filter((claim) => before[list]?.includes(claim) !== true),
  );
  const names = [
    has.tenant !== undefined && has.tenant !== had.tenant ? "tenant" : undefined,
    after.userId !== undefined && after.userId !== before.userId ? "user" : undefined,
    after.sessionId !== undefined && after.sessionId !== before.sessionId ? "session" : undefined,
    has.onBehalfOf !== undefined && has.onBehalfOf.originalUser !== had.onBehalfOf?.originalUser ? "delegation" : undefined,
    after.userId !== undefined && had.onBehalfOf !== undefined && has.onBehalfOf === undefined ? "own name" : undefined,
  ];
  return [...lists, ...names.filter((name) => name !== undefined)];
}
