import type { Identity } from "./access.ts";

/** Whether somebody has shown who he is. Else it is the user of this process, who may do everything. */
export function isVerified(identity: Identity | undefined): identity is Identity {
  return identity !== undefined && identity.authMethod !== "none";
}
