import { resolve } from "node:path";
import { defined } from "../base/defined.ts";
import { quoted } from "../base/visible.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { isKeyAddress } from "../identity/key-address.ts";
import type { AccessConfig, IdentityConfig } from "../model/access.ts";
import type { ApiKey } from "../model/serve-settings.ts";
import type { AccessEntry, IdentityEntry } from "./access-entry.ts";
import type { ApiKeyEntry } from "./api-key-entry.ts";

/**
 * Makes the final configuration of who may do what. What contradicts itself is reported.
 *
 * @param folder - what the path of the keys is relative to
 */
export function accessConfig(entry: AccessEntry, reading: Reading, folder: string): AccessConfig {
  const { identity, tenant, roles = {}, tenants = {}, apiKeys, defaultPermissions } = entry;
  if (identity !== undefined && tenant !== undefined) {
    const message = '"tenant" is for a file without "identity": with it the tenant comes from the token';
    report(within(reading, "tenant"), "contradiction", message, { atKey: true });
  }
  return {
    ...defined({
      tenant,
      identity: identity === undefined ? undefined : identityConfig(identity, within(reading, "identity"), folder),
      everyone: defaultPermissions,
      apiKeys: apiKeys === undefined ? undefined : apiKeyConfigs(apiKeys, tenant, within(reading, "api_keys")),
    }),
    roles,
    tenants: Object.fromEntries(Object.entries(tenants).map(([name, tenantEntry]) => [name, { roles: tenantEntry.roles ?? {} }])),
  };
}

function identityConfig({ jwks, ...entry }: IdentityEntry, reading: Reading, folder: string): IdentityConfig {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(jwks)) return { ...entry, keys: { kind: "file", file: resolve(folder, jwks) } };
  if (!isKeyAddress(jwks)) {
    const message = `"${jwks}" is no address for keys - it begins with https:// (or http:// on this machine), without user and password`;
    report(within(reading, "jwks"), "invalid-text", message);
  }
  return { ...entry, keys: { kind: "url", url: jwks } };
}

/** @param ofFile - for keys that name no tenant */
function apiKeyConfigs(entries: readonly ApiKeyEntry[], ofFile: string | undefined, reading: Reading): readonly ApiKey[] {
  const seen = new Set<string>();
  return entries.flatMap((entry, index) => {
    const { name, sha256, tenant = ofFile, roles = [], permissions = [], expiresAtMs } = entry;
    const at = within(reading, index);
    for (const [key, value] of Object.entries({ name, sha256 })) {
      const message = `two API keys have the same ${quoted(key)}: nobody could tell who used it`;
      if (seen.has(`${key} ${value}`)) report(within(at, key), "duplicate-key", message);
      seen.add(`${key} ${value}`);
    }
    if (tenant !== undefined) return [{ name, sha256, tenant, roles, permissions, ...defined({ expiresAtMs }) }];
    report(at, "missing-key", '"tenant" is missing: for whom everything is done with the key, here or for the whole file');
    return [];
  });
}
