import type { Meta } from "./meta.ts";

/**
 * What a browser may see: not who is allowed what, and nothing of the inside of servers. Whoever holds the answer is
 * not thereby somebody; the server knows the claims from the token.
 */
export function withoutClaims(meta: Meta): Meta {
  const { security: _security, debug: _debug, ...others } = meta;
  return others;
}
