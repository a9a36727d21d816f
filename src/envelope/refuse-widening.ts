import { canonicalJson } from "../base/json.ts";
import { ContextError } from "./context-error.ts";
import type { Meta } from "./meta.ts";

/**
 * Lets a context only become an equal or a smaller one: of the same tenant or none, of the same user, session and
 * delegation or none, with no role or permission that it did not have. Where there was no tenant or user, none comes.
 *
 * @throws ContextError `other-tenant` or `more-claims`
 */
export function refuseWidening(from: Meta, to: Meta): void {
  if (!same(from.tenant, to.tenant))
    throw new ContextError(
      "other-tenant",
      `Cross-tenant access denied: a context of ${named(from.tenant)} cannot become one of "${to.tenant}"`,
    );
  const more = moreClaims(from, to);
  if (more !== undefined) throw new ContextError("more-claims", `a context cannot get ${more} that it did not have`);
}

function named(tenant: string | undefined): string {
  return tenant === undefined ? "no tenant" : `"${tenant}"`;
}

function moreClaims(from: Meta, to: Meta): string | undefined {
  const [had, has] = [from.security ?? {}, to.security ?? {}];
  if (!same(had.userId, has.userId)) return "a user";
  // Not even that of the message itself: nobody has verified it.
  if (!same(had.sessionId, has.sessionId)) return "a verified session";
  if (!covers(had.permissions, has.permissions)) return "a permission";
  if (!covers(had.roles, has.roles)) return "a role";
  // Without its delegation, a user would act in his own name again.
  const acts = to.onBehalfOf !== undefined || has.userId !== undefined;
  return acts && delegation(to) !== delegation(from) ? "a delegation" : undefined;
}

function same(had: string | undefined, has: string | undefined): boolean {
  return has === undefined || has === had;
}

function covers(had: readonly string[] = [], has: readonly string[] = []): boolean {
  return has.every((claim) => had.includes(claim));
}

function delegation({ onBehalfOf }: Meta): string {
  return canonicalJson({ ...onBehalfOf });
}
