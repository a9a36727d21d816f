import type { AccessConfig } from "./access.ts";

/** How a permission is written: `payments:charge`, or `payments:*` for all that one may do with payments. */
export const PERMISSION: RegExp = /^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)*:([A-Za-z0-9_.-]+|\*)$/;

/** Looks after everything that is not about one tenant: the journal as a whole. */
export const ADMIN_PERMISSION = "tutti:admin";

/** What everybody may who is let in, unless the configuration says otherwise. */
export const EVERYONE: readonly string[] = ["tutti:read", "tutti:run", "tutti:write"];

/** Lets a user act in the name of another one of the same tenant. */
export const DELEGATE_PERMISSION = "tenant:delegate";

/** Whose permissions are asked for, as an identity and the meta of an execution both have it. */
export interface Grantee {
  readonly tenant?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly permissions?: readonly string[] | undefined;
}

/** What somebody may do: what the token says, and what the configuration gives to the roles; sorted, each once. */
export function grantedPermissions(grantee: Grantee, access: Pick<AccessConfig, "roles" | "tenants">): readonly string[] {
  const { tenant, roles = [], permissions = [] } = grantee;
  const own = tenant === undefined ? {} : (entryOf(access.tenants, tenant)?.roles ?? {});
  const ofRoles = roles.flatMap((role) => entryOf(own, role) ?? entryOf(access.roles, role) ?? []);
  return [...new Set([...permissions, ...ofRoles])].sort();
}

/** Whether one of the granted permissions is the needed one, or ends in `:*` and covers it. */
export function allows(granted: readonly string[], needed: string): boolean {
  return granted.some((permission) => permission === needed || (permission.endsWith(":*") && needed.startsWith(permission.slice(0, -1))));
}

/** Names such as `constructor` come from files and tokens. */
function entryOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
