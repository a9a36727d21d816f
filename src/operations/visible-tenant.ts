import { isVerified } from "../model/is-verified.ts";
import type { Caller } from "./operation-context.ts";

/**
 * The tenant whose executions are all that there is for a caller. Undefined for the user of this process, who may read
 * the journal in any case: whoever works alone also sees what was done before there was a tenant.
 */
export function visibleTenant({ identity }: Caller): string | undefined {
  if (!isVerified(identity)) return undefined;
  // Tokens name a tenant, or are refused; a name that nobody has shows nothing.
  return identity.tenant ?? "";
}
