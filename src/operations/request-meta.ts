import type { EnvelopeSource } from "../envelope/new-meta.ts";
import { newMeta } from "../envelope/new-meta.ts";
import type { Meta, SecurityMeta } from "../envelope/meta.ts";
import { defined } from "../base/defined.ts";
import type { Identity } from "../model/access.ts";
import { isVerified } from "../model/is-verified.ts";
import { TuttiError } from "../model/errors.ts";

/**
 * The meta that an execution is started with: what the request says of itself, and of who asks only what is certain.
 *
 * Whoever asks is known from a verified token or an API key, or not at all: what the request claims about its user, its roles and its
 * permissions is dropped. What was measured elsewhere is not ours to pass on.
 *
 * @throws TuttiError `tenant.invalid` - the request names another tenant than the caller's; `access.denied` - another user
 */
export function requestMeta(given: Meta, identity: Identity | undefined, source: EnvelopeSource): Meta {
  checkUser(given, identity);
  const { security: _claims, onBehalfOf: _claimed, tenant: _wanted, sessionId: _named, ...said } = given;
  const { debug: _debug, performance: _performance, monitoring: _monitoring, duration: _duration, ...own } = said;
  const tenant = tenantOf(given, identity);
  const security = identity === undefined ? undefined : securityOf(identity);
  // A session is somebody's: where callers are known, only their token says which one is theirs.
  const sessionId = isVerified(identity) ? identity.sessionId : given.sessionId;
  const onBehalfOf =
    identity?.onBehalfOf === undefined
      ? undefined
      : { originalUser: identity.onBehalfOf, ...defined({ delegatingUser: identity.userId, delegatingTenant: identity.tenant }) };
  return newMeta(source, { ...own, ...defined({ tenant, security, sessionId, onBehalfOf }) });
}

function checkUser({ security }: Meta, identity: Identity | undefined): void {
  if (!isVerified(identity) || security?.userId === undefined || security.userId === identity.userId) return;
  throw new TuttiError("access.denied", `the request is in the name of "${security.userId}", who is not the caller`, { missing: [] });
}

/** Without an identity that has a tenant, one user works alone, and may say for which tenant. */
function tenantOf({ tenant }: Meta, identity: Identity | undefined): string | undefined {
  if (identity?.tenant === undefined) return isVerified(identity) ? undefined : tenant;
  if (tenant === undefined || tenant === identity.tenant) return identity.tenant;
  throw new TuttiError("tenant.invalid", `cross-tenant access denied: the request is for "${tenant}", the caller is of another tenant`, {
    tenant,
  });
}

function securityOf({ userId, sessionId, roles, permissions, authMethod, tokenExpiresAtMs }: Identity): SecurityMeta | undefined {
  if (authMethod === "none" && userId === undefined) return undefined;
  return {
    ...defined({ userId, sessionId }),
    authMethod,
    roles,
    permissions,
    ...(tokenExpiresAtMs === undefined ? {} : { tokenExpiresAt: new Date(tokenExpiresAtMs).toISOString() }),
  };
}
