import type { Meta } from "../envelope/meta.ts";
import { asksWho } from "../model/asks-who.ts";
import type { AccessConfig } from "../model/access.ts";
import type { CallOutcome } from "../model/call.ts";
import { allows, grantedPermissions } from "../model/permissions.ts";
import type { AuditLog } from "../ports/audit.ts";
import { entryAbout } from "./audit-entry.ts";
import type { CallOnItsWay, CallStage } from "./call-stage.ts";
import { refused } from "./not-sent.ts";

export interface AuthorizePorts {
  readonly access: AccessConfig;
  /** What the configuration of the server says that a caller must be allowed to do. */
  readonly permissionsOf: (server: string, tool: string) => readonly string[];
  readonly audit?: AuditLog | undefined;
}

/**
 * Lets a call pass only when the one for whom the execution runs may make it, and may also undo it: nobody shall charge
 * who cannot refund. Undoing what was so allowed is not asked about again, because roles may have changed in between.
 */
export function authorize(ports: AuthorizePorts): CallStage {
  const grantedTo = rememberGrants(ports.access);
  return (call, next) => {
    if (isPlainlyAllowed(call, ports, grantedTo)) return next(call);
    const denial = denialOf(call, ports);
    return denial === undefined ? next(call) : deny(call, denial, ports.audit);
  };
}

/** Whether nothing is missing: what holds for nearly every call is found out without making lists. */
function isPlainlyAllowed({ request, meta }: CallOnItsWay, { access, permissionsOf }: AuthorizePorts, grantedTo: GrantedTo): boolean {
  if (asksWho(access) && meta.tenant === undefined) return false;
  const { undoneBy, permissions } = request;
  const needed = permissionsOf(request.server, request.tool);
  const neededToUndo = undoneBy === undefined ? [] : permissionsOf(undoneBy.server, undoneBy.tool);
  if (permissions.length + needed.length + neededToUndo.length === 0) return true;
  const granted = grantedTo(meta);
  return [permissions, needed, neededToUndo].every((list) => list.every((permission) => allows(granted, permission)));
}

type GrantedTo = (meta: Meta) => readonly string[];

/** All calls of an execution have the same claims, so these are looked up once. */
function rememberGrants(access: AccessConfig): GrantedTo {
  const known = new WeakMap<object, { readonly tenant: string | undefined; readonly granted: readonly string[] }>();
  return ({ tenant, security }) => {
    if (security === undefined) return grantedPermissions({ tenant }, access);
    const grant = known.get(security);
    if (grant !== undefined && grant.tenant === tenant) return grant.granted;
    const granted = grantedPermissions({ tenant, ...security }, access);
    known.set(security, { tenant, granted });
    return granted;
  };
}

interface Denial {
  readonly message: string;
  readonly missing: readonly string[];
}

function denialOf({ request, meta }: CallOnItsWay, { access, permissionsOf }: AuthorizePorts): Denial | undefined {
  const { server, tool, undoneBy } = request;
  if (request.undoesAllowed === true) return undefined;
  if (asksWho(access) && meta.tenant === undefined) {
    return { message: `nobody may use ${server}.${tool} without a tenant, and the execution has none`, missing: [] };
  }
  const granted = grantedPermissions({ tenant: meta.tenant, ...meta.security }, access);
  const missingOf = (needed: readonly string[]): readonly string[] =>
    [...new Set(needed)].filter((permission) => !allows(granted, permission)).sort();
  const missing = missingOf([...request.permissions, ...permissionsOf(server, tool)]);
  const who = meta.security?.userId === undefined ? "the caller" : `user "${meta.security.userId}"`;
  if (missing.length > 0) return { message: `${who} may not use ${server}.${tool}: ${lacking(missing, access)}`, missing };
  if (undoneBy === undefined) return undefined;
  const missingToUndo = missingOf(permissionsOf(undoneBy.server, undoneBy.tool));
  if (missingToUndo.length === 0) return undefined;
  const message = `${who} may use ${server}.${tool}, but not ${undoneBy.server}.${undoneBy.tool}, which undoes it: ${lacking(missingToUndo, access)}`;
  return { message, missing: missingToUndo };
}

function lacking(missing: readonly string[], access: AccessConfig): string {
  const names = missing.map((permission) => `"${permission}"`).join(", ");
  const why = !asksWho(access) ? ', and without "identity" in tutti.yaml nobody has permissions' : "";
  return `${names} ${missing.length === 1 ? "is" : "are"} missing${why}`;
}

async function deny(call: CallOnItsWay, { message, missing }: Denial, audit: AuditLog | undefined): Promise<CallOutcome> {
  const outcome = (text: string): CallOutcome => refused(call.request, { kind: "denied", message: text, detail: { missing } });
  try {
    await audit?.record({ action: "call", decision: "denied", ...entryAbout(call), reason: message, details: { missing } });
    return outcome(message);
  } catch (error) {
    // Whether it can be recorded or not, the answer is no.
    return outcome(`${message} (and the audit log cannot be written: ${error instanceof Error ? error.message : String(error)})`);
  }
}
