import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { TokenVerifier } from "../identity/verify-token.ts";
import type { AccessConfig, Identity } from "../model/access.ts";
import { asksWho } from "../model/asks-who.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import { allows, DELEGATE_PERMISSION, grantedPermissions } from "../model/permissions.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { AuditLog } from "../ports/audit.ts";
import { identityOfKey, looksLikeToken } from "./api-keys.ts";

/** Finds out who asks, in the way that the configuration wants. */
export interface CallerSource {
  /**
   * @param credential - a token, or an API key; undefined when none was given
   * @throws TuttiError `identity.invalid`, `tenant.invalid`; `access.denied` - the caller may not act for others. The refusal
   * is in the audit log then
   */
  identify(credential: string | undefined, signal: AbortSignal): Promise<Caller>;
}

/** Without `identity` and API keys nobody has to say who he is, and nothing is believed. */
export function openCallerSource(access: AccessConfig, ports: { readonly clock: Clock; readonly audit: AuditLog }): CallerSource {
  if (!asksWho(access)) return { identify: async () => callerAlone(access) };
  const { clock, audit } = ports;
  const { identity: config, apiKeys = [] } = access;
  let verifier: Promise<TokenVerifier> | undefined;
  const verified = async (credential: string | undefined, signal: AbortSignal): Promise<Identity> => {
    if (credential === undefined) throw noToken();
    if (config === undefined || (apiKeys.length > 0 && !looksLikeToken(credential))) return identityOfKey(credential, apiKeys, clock);
    // Most configurations have no tokens, and need not wait until this is loaded.
    verifier ??= import("../identity/verify-token.ts").then(({ openTokenVerifier }) => openTokenVerifier(config, clock));
    return await (await verifier).verify(credential, signal);
  };
  return {
    async identify(credential, signal) {
      const identity = await recordingRefusal(audit, async () => await verified(credential, signal));
      await checkDelegation(identity, access, audit);
      return { identity };
    },
  };
}

/** The user of this process, with the tenant of the configuration if it names one. */
export function callerAlone({ tenant }: AccessConfig): Caller {
  return tenant === undefined ? {} : { identity: { tenant, roles: [], permissions: [], authMethod: "none" } };
}

function noToken(): TuttiError {
  const message = "the configuration wants to know who asks: put a token or an API key into TUTTI_TOKEN, or its file into TUTTI_TOKEN_FILE";
  return new TuttiError("identity.invalid", message, { reason: "no token was given" });
}

/** Finds out something about the caller; a refusal is in the audit log before it is told. */
export async function recordingRefusal<T>(audit: AuditLog, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (isTuttiError(error)) await audit.record({ action: "token", decision: "denied", reason: error.message });
    throw error;
  }
}

/** Acting for somebody else needs a permission, and is recorded in any case. */
async function checkDelegation(identity: Identity, access: AccessConfig, audit: AuditLog): Promise<void> {
  const { tenant, userId, onBehalfOf } = identity;
  if (onBehalfOf === undefined) return;
  const who = defined({ tenant, userId, onBehalfOf });
  if (allows(grantedPermissions(identity, access), DELEGATE_PERMISSION)) {
    return await audit.record({ action: "token", decision: "allowed", ...who });
  }
  const message = `acting for somebody else needs the permission "${DELEGATE_PERMISSION}"`;
  await audit.record({ action: "token", decision: "denied", ...who, reason: message });
  throw new TuttiError("access.denied", message, { missing: [DELEGATE_PERMISSION] });
}
