import { TuttiError } from "../model/errors.ts";
import { isLocalAddress } from "../model/local-address.ts";
import type { ServeSettings } from "../model/serve-settings.ts";

/**
 * Whether other machines can reach what listens at a host.
 *
 * @param asks - whether callers have to say who they are
 * @throws TuttiError `usage` - they could, and nobody would be asked who he is
 */
export function checkExposure(
  { host = "127.0.0.1", insecure }: Pick<ServeSettings, "host" | "insecure">,
  asks: boolean,
): { readonly wide: boolean } {
  const wide = !isLocalAddress(`http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}`);
  if (!wide || asks || insecure === true) return { wide };
  const message =
    `listening at "${host}" lets other machines in, and nobody is asked who he is: configure "identity" or "api_keys", ` +
    `listen at 127.0.0.1, or say "insecure: true" under "serve" where the network is trusted`;
  throw new TuttiError("usage", message, {});
}
