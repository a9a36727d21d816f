import { resolve } from "node:path";
import { defined } from "../base/defined.ts";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { isKeyAddress } from "../identity/key-address.ts";
import type { AccessConfig, IdentityConfig } from "../model/access.ts";
import type { AccessEntry, IdentityEntry } from "./access-entry.ts";

/**
 * Makes the final configuration of who may do what. What contradicts itself is reported.
 *
 * @param folder - what the path of the keys is relative to
 */
export function accessConfig(entry: AccessEntry, reading: Reading, folder: string): AccessConfig {
  const { identity, tenant, roles = {}, tenants = {} } = entry;
  if (identity !== undefined && tenant !== undefined) {
    const message = '"tenant" is for a file without "identity": with it the tenant comes from the token';
    report(within(reading, "tenant"), "contradiction", message, { atKey: true });
  }
  return {
    ...defined({ tenant, identity: identity === undefined ? undefined : identityConfig(identity, within(reading, "identity"), folder) }),
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
