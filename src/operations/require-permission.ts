import type { AccessConfig } from "../model/access.ts";
import { TuttiError } from "../model/errors.ts";
import { isVerified } from "../model/is-verified.ts";
import { allows, EVERYONE, grantedPermissions } from "../model/permissions.ts";
import type { AuditLog } from "../ports/audit.ts";
import { auditEntryOf } from "./audit-entry-of.ts";
import type { Caller } from "./operation-context.ts";

export interface PermissionPorts {
  readonly access: AccessConfig;
  readonly audit: AuditLog;
}

/**
 * Lets a verified caller do something only with a permission; the user of this process may. A refusal is recorded before it
 * is told, and so is whatever is allowed to few, unless it changes nothing: those who listen ask every few seconds.
 *
 * @throws TuttiError `access.denied`
 */
export async function requirePermission(
  needed: { readonly permission: string; readonly operation: string; readonly kind?: "read" | "change" },
  { access, audit }: PermissionPorts,
  caller: Caller,
): Promise<void> {
  const { identity } = caller;
  if (!isVerified(identity)) return;
  const { permission, operation, kind = "change" } = needed;
  if (allows(access.everyone ?? EVERYONE, permission)) return;
  const isAllowed = allows(grantedPermissions(identity, access), permission);
  const entry = { ...auditEntryOf(caller), action: "operation" as const, operation };
  if (isAllowed && kind === "read") return;
  if (isAllowed) return await audit.record({ ...entry, decision: "allowed" });
  const message = `this needs the permission "${permission}"`;
  await audit.record({ ...entry, decision: "denied", reason: message });
  throw new TuttiError("access.denied", message, { missing: [permission] });
}
