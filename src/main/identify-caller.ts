import type { Clock } from "../base/clock.ts";
import type { TokenVerifier } from "../identity/verify-token.ts";
import type { AccessConfig } from "../model/access.ts";
import { isTuttiError, TuttiError } from "../model/errors.ts";
import type { Caller } from "../operations/operation-context.ts";
import type { AuditLog } from "../ports/audit.ts";

/** Finds out who asks, in the way that the configuration wants. */
export interface CallerSource {
  /**
   * @param token - undefined when none was given
   * @throws TuttiError `identity.invalid`, `tenant.invalid` - after the refusal is in the audit log
   */
  identify(token: string | undefined, signal: AbortSignal): Promise<Caller>;
}

/** Without `identity` nobody has to say who he is, and everything is for the tenant of the configuration, if it names one. */
export function openCallerSource(access: AccessConfig, ports: { readonly clock: Clock; readonly audit: AuditLog }): CallerSource {
  const { identity, tenant } = access;
  let verifier: Promise<TokenVerifier> | undefined;
  return {
    async identify(token, signal) {
      if (identity === undefined) {
        return tenant === undefined ? {} : { identity: { tenant, roles: [], permissions: [], authMethod: "none" } };
      }
      try {
        if (token === undefined) throw noToken();
        // Most configurations have no tokens, and need not wait until this is loaded.
        verifier ??= import("../identity/verify-token.ts").then(({ openTokenVerifier }) => openTokenVerifier(identity, ports.clock));
        return { identity: await (await verifier).verify(token, signal) };
      } catch (error) {
        if (isTuttiError(error)) await ports.audit.record({ action: "token", decision: "denied", reason: error.message });
        throw error;
      }
    },
  };
}

function noToken(): TuttiError {
  const message = "the configuration wants to know who asks: put a token into TUTTI_TOKEN, or its file into TUTTI_TOKEN_FILE";
  return new TuttiError("identity.invalid", message, { reason: "no token was given" });
}
