import { randomBytes } from "node:crypto";
import type { State } from "../kit/state/state.ts";
import type { RootKey } from "./root-key.ts";

export const KEY_RING_SCHEMA = `CREATE TABLE sealing_keys (
  tenant TEXT NOT NULL, number INTEGER NOT NULL, key_id TEXT NOT NULL, wrapped BLOB NOT NULL, made_at TEXT NOT NULL, made_for TEXT UNIQUE,
  PRIMARY KEY (tenant, number), UNIQUE (tenant, key_id)
) STRICT;`;

/** The keys with which files of tenants are sealed, each tenant's its own. Old keys stay: they open what they have sealed. */
export interface KeyRing {
  /** The newest, with which is sealed. Made when the tenant has none. */
  current(tenant: string): SealingKey;
  find(tenant: string, keyId: string): SealingKey | undefined;
  /** Makes a newer one. For the same call it makes only one, however often it is asked. */
  rotate(tenant: string, call: string | undefined): SealingKey;
  /** The newest first. */
  list(tenant: string): readonly { readonly key_id: string; readonly made_at: string }[];
  count(): number;
}

export interface SealingKey {
  readonly keyId: string;
  readonly secret: Buffer;
}

const LISTED_MAX = 100;

export function openKeyRing({ database, transaction }: State, root: RootKey): KeyRing {
  const newest = database.prepare("SELECT * FROM sealing_keys WHERE tenant = ? ORDER BY number DESC LIMIT 1");
  const named = database.prepare("SELECT * FROM sealing_keys WHERE tenant = ? AND key_id = ?");
  const madeFor = database.prepare("SELECT * FROM sealing_keys WHERE made_for = ?");
  const listed = database.prepare("SELECT key_id, made_at FROM sealing_keys WHERE tenant = ? ORDER BY number DESC LIMIT ?");
  const counted = database.prepare("SELECT count(*) AS keys FROM sealing_keys");
  const insert = database.prepare(
    "INSERT INTO sealing_keys (tenant, number, key_id, wrapped, made_at, made_for) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const opened = (tenant: string, row: Record<string, unknown> | undefined): SealingKey | undefined => {
    if (row === undefined) return undefined;
    const keyId = String(row["key_id"]);
    return { keyId, secret: root.unwrap(row["wrapped"] as Uint8Array, useOf(tenant, keyId)) };
  };
  const make = (tenant: string, call: string | undefined): SealingKey => {
    const number = Number(newest.get(tenant)?.["number"] ?? 0) + 1;
    // Unique also between databases, so that a file of another one is told from a file that was changed.
    const keyId = `key-${number}-${randomBytes(6).toString("hex")}`;
    const secret = randomBytes(32);
    insert.run(tenant, number, keyId, root.wrap(secret, useOf(tenant, keyId)), new Date().toISOString(), call ?? null);
    return { keyId, secret };
  };
  return {
    current: (tenant) =>
      opened(tenant, newest.get(tenant)) ?? transaction(() => opened(tenant, newest.get(tenant)) ?? make(tenant, undefined)),
    find: (tenant, keyId) => opened(tenant, named.get(tenant, keyId)),
    rotate: (tenant, call) => transaction(() => (call === undefined ? undefined : opened(tenant, madeFor.get(call))) ?? make(tenant, call)),
    list: (tenant) => listed.all(tenant, LISTED_MAX).map((row) => ({ key_id: String(row["key_id"]), made_at: String(row["made_at"]) })),
    count: () => Number(counted.get()?.["keys"]),
  };
}

function useOf(tenant: string, keyId: string): string {
  return `sealing\n${JSON.stringify([tenant, keyId])}`;
}
