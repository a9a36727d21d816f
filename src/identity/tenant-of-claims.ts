import { TuttiError } from "../model/errors.ts";
import { TENANT } from "../envelope/tenant.ts";
import type { Claims } from "./claims.ts";

/** Where issuers put the tenant. If several of them are there they must agree. */
const TENANT_CLAIMS: readonly string[] = ["tenant", "tenant_id", "organization", "org_id"];

/**
 * The one tenant that a token is for.
 *
 * @param claim - the only one that counts, if it is given
 * @throws TuttiError `tenant.invalid`
 */
export function tenantOf(claims: Claims, claim: string | undefined): string {
  const candidates = tenantClaimsOf(claims, claim);
  const [first, ...others] = candidates;
  if (first === undefined) {
    const where = claim === undefined ? `one of the claims ${TENANT_CLAIMS.join(", ")}` : `the claim "${claim}"`;
    throw invalid(`it names no tenant; ${where} must`);
  }
  const tenant = claims[first];
  const other = others.find((name) => claims[name] !== tenant);
  if (other !== undefined) throw invalid(`its claims "${first}" and "${other}" name different tenants; say which counts with tenant_claim`);
  if (typeof tenant !== "string" || !TENANT.test(tenant)) {
    throw invalid(`its claim "${first}" is no name of a tenant: 1 to 100 of a-z, 0-9 and "-", with a letter or digit at both ends`);
  }
  return tenant;
}

/** The claims that are there and name a tenant. @param claim - the only one that counts, if it is given */
export function tenantClaimsOf(claims: Claims, claim: string | undefined): readonly string[] {
  return (claim === undefined ? TENANT_CLAIMS : [claim]).filter((name) => Object.hasOwn(claims, name));
}

function invalid(reason: string): TuttiError<"tenant.invalid"> {
  return new TuttiError("tenant.invalid", `the token is refused: ${reason}`, {});
}
