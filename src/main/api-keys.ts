import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { humanDuration } from "../base/duration.ts";
import { defined } from "../base/defined.ts";
import type { Identity } from "../model/access.ts";
import { TuttiError } from "../model/errors.ts";
import type { ApiKey } from "../model/serve-settings.ts";

/** Whether a credential can be a token: three parts in base64, the first of which begins an object. */
export function looksLikeToken(credential: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(credential);
}

/**
 * Who has this key.
 *
 * @throws TuttiError `identity.invalid` - nobody has it, or it has expired
 */
export function identityOfKey(credential: string, keys: readonly ApiKey[], clock: Pick<Clock, "nowMs">): Identity {
  const given = createHash("sha256").update(credential).digest();
  // All of them are compared, and each as a whole, so that the time tells nothing of how near a guess was.
  const [key] = keys.filter(({ sha256 }) => timingSafeEqual(given, Buffer.from(sha256, "hex")));
  if (key === undefined) throw refused("it is none of those that are configured");
  const { name, tenant, roles, permissions, expiresAtMs } = key;
  const nowMs = clock.nowMs();
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) throw refused(`"${name}" expired ${humanDuration(nowMs - expiresAtMs)} ago`);
  return {
    tenant,
    userId: `api-key:${name}`,
    roles,
    permissions,
    authMethod: "api_key",
    ...defined({ tokenExpiresAtMs: expiresAtMs }),
  };
}

function refused(reason: string): TuttiError {
  return new TuttiError("identity.invalid", `the API key is refused: ${reason}`, { reason });
}
