import { defined } from "../base/defined.ts";
import { TuttiError } from "../model/errors.ts";
import type { Claims } from "./claims.ts";
import { isName } from "./name.ts";
import { tenantClaimsOf } from "./tenant-of-claims.ts";
import { refused } from "./token-refusal.ts";

/** Claims that name the one in whose name the subject acts. */
const ON_BEHALF_CLAIMS: readonly string[] = ["on_behalf_of", "delegate_for", "acting_as"];

/** The tenant of a token, and the claim that names it if only one may. */
interface TenantOfToken {
  readonly tenant: string;
  readonly tenantClaim: string | undefined;
}

/**
 * Who acts, and in whose name. With `act` (RFC 8693) the subject is the one in whose name another acts; with the other
 * claims it is the one who acts.
 *
 * @throws TuttiError `identity.invalid`; `tenant.invalid` - one acts in the name of somebody of another tenant
 */
export function delegationOf(claims: Claims, of: TenantOfToken): { readonly userId?: string; readonly onBehalfOf?: string } {
  const subject = claims["sub"];
  if (subject !== undefined && !isName(subject)) throw refused('its claim "sub" is no text of 1 to 200 visible characters');
  const given = [...ON_BEHALF_CLAIMS, "act"].filter((claim) => Object.hasOwn(claims, claim));
  const [claim, ...others] = given;
  if (claim === undefined) return defined({ userId: subject });
  if (others.length > 0) throw refused(`it says in several ways who acts for whom: ${given.join(", ")}`);
  const named = userIn(claims[claim], claim, of);
  if (subject === undefined) throw refused(`it has the claim "${claim}" and no subject (sub)`);
  return claim === "act" ? { userId: named, onBehalfOf: subject } : { userId: subject, onBehalfOf: named };
}

function userIn(value: unknown, claim: string, { tenant, tenantClaim }: TenantOfToken): string {
  if (isName(value) && claim !== "act") return value;
  if (typeof value !== "object" || value === null || !("sub" in value) || !isName(value.sub)) {
    throw refused(`its claim "${claim}" does not say who`);
  }
  const named: Claims = { ...value };
  if (tenantClaimsOf(named, tenantClaim).every((key) => named[key] === tenant)) return value.sub;
  throw new TuttiError("tenant.invalid", `the token is refused: its claim "${claim}" names somebody of another tenant`, {});
}
