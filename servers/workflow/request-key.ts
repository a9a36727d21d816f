import { createHash } from "node:crypto";

/** The idempotency key of a call as the request key of what it starts: keys of calls may be longer than those of requests. */
export function requestKeyOf(key: string | undefined): { readonly requestKey?: string } {
  return key === undefined ? {} : { requestKey: `call ${createHash("sha256").update(key).digest("base64url")}` };
}
