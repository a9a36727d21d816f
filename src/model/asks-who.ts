import type { AccessConfig } from "./access.ts";

/** Whether everybody has to say who he is: by a token, or by an API key. Else whoever reaches Tutti is its user. */
export function asksWho({ identity, apiKeys = [] }: Pick<AccessConfig, "identity" | "apiKeys">): boolean {
  return identity !== undefined || apiKeys.length > 0;
}
