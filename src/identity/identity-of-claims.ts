import { defined } from "../base/defined.ts";
import type { Identity } from "../model/access.ts";
import { PERMISSION } from "../model/permissions.ts";
import type { Claims } from "./claims.ts";
import { delegationOf } from "./delegation.ts";
import { isName } from "./name.ts";
import { tenantOf } from "./tenant-of-claims.ts";
import { refused } from "./token-refusal.ts";

/** As many as the envelope takes. */
const ROLES_MAX = 50;
const PERMISSIONS_MAX = 100;

/** A time after this is no date of JavaScript's. */
const LAST_SECOND = 8_640_000_000_000;

/**
 * Who asks, by the claims of a verified token. docs/security.md has the table.
 *
 * @throws TuttiError `identity.invalid`, `tenant.invalid`
 */
export function identityOf(claims: Claims, tenantClaim: string | undefined): Identity {
  const { exp } = claims;
  if (typeof exp !== "number" || exp > LAST_SECOND) throw refused("its time of expiry (exp) is no date");
  const tenant = tenantOf(claims, tenantClaim);
  const { userId, onBehalfOf } = delegationOf(claims, { tenant, tenantClaim });
  return {
    tenant,
    ...defined({ userId, onBehalfOf, sessionId: nameIn(claims, "sid") ?? nameIn(claims, "session_id") }),
    roles: rolesOf(claims),
    permissions: permissionsOf(claims),
    authMethod: "jwt",
    tokenExpiresAtMs: Math.round(exp * 1_000),
  };
}

function nameIn(claims: Claims, claim: string): string | undefined {
  const value = claims[claim];
  if (value === undefined || isName(value)) return value;
  throw refused(`its claim "${claim}" is no text of 1 to 200 visible characters`);
}

/** The first of the claims that it has: issuers have one of them, and groups are roles only where there are no others. */
function rolesOf(claims: Claims): readonly string[] {
  const realm = claims["realm_access"];
  const ofRealm = typeof realm === "object" && realm !== null && "roles" in realm ? realm.roles : undefined;
  const [claim, roles] =
    claims["roles"] !== undefined
      ? ["roles", claims["roles"]]
      : ofRealm !== undefined
        ? ["realm_access.roles", ofRealm]
        : ["groups", claims["groups"]];
  const names = [...new Set(wordsOf(claim, roles ?? []))];
  if (!names.every(isName)) throw refused(`its claim "${claim}" has a role that is no text of 1 to 200 visible characters`);
  if (names.length > ROLES_MAX) throw refused(`it has ${names.length} roles; at most ${ROLES_MAX} are taken`);
  return names;
}

/** Scopes of other programs, such as `openid`, are no permissions. */
function permissionsOf(claims: Claims): readonly string[] {
  const words = ["permissions", "scope", "scp"].flatMap((claim) => wordsOf(claim, claims[claim] ?? []));
  const permissions = [...new Set(words)].filter((word) => word.length <= 200 && PERMISSION.test(word));
  if (permissions.length > PERMISSIONS_MAX) throw refused(`it has ${permissions.length} permissions; at most ${PERMISSIONS_MAX} are taken`);
  return permissions;
}

/** A list of text, or text with spaces between the words. */
function wordsOf(claim: string, value: unknown): readonly string[] {
  if (typeof value === "string") return value.split(" ").filter((word) => word !== "");
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
  throw refused(`its claim "${claim}" is no list of text`);
}
