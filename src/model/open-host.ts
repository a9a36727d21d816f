import type { AccessConfig } from "./access.ts";
import { asksWho } from "./asks-who.ts";
import { isLocalAddress } from "./local-address.ts";

/** Who could reach a place that listens, and whether anybody minds. */
export interface OpenHost {
  readonly host: string;
  readonly access: Pick<AccessConfig, "identity" | "apiKeys">;
  /** Somebody has said that it is meant so. */
  readonly insecure?: true;
}

/** Why nobody may listen there, and what would be right; undefined when it may be. */
export function openHostReason({ host, access, insecure }: OpenHost): string | undefined {
  if (insecure === true || asksWho(access) || isLocalHost(host)) return undefined;
  return `"${host}" can be reached from other machines, and nobody is asked who they are: configure "identity" or "api_keys", or say "serve: { insecure: true }" where everybody may do everything`;
}

/** Whether only this machine can reach what listens there. */
export function isLocalHost(host: string): boolean {
  return isLocalAddress(`http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}`);
}
