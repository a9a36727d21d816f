import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { defineTool, type ToolPlan } from "../kit/define-tool.ts";
import { refuse } from "../kit/reference-server.ts";
import type { State } from "../kit/state/state.ts";
import { plainName } from "./plain-name.ts";

/*
 * K1. A key is told once, in the answer to the call that made it, and nowhere kept: only its hash is. Nor is it in the
 *     remembered answer, so whoever repeats the call is told which key it made, and not the key.
 */

/** Keys with which programs show who they are. */
export interface ApiKeys {
  /** Whose key it is, when it is one that is in use. */
  ownerOf(key: string): { readonly tenant: string; readonly keyId: string } | undefined;
  readonly amount: () => number;
  readonly tool: ToolPlan;
}

const KEYS_MAX = 1_000;
const DAY_MS = 86_400_000;
/** A key that is used a thousand times a second is not written down a thousand times a second. */
const USED_EVERY_MS = 60_000;

const described = z.object({
  key_id: z.string(),
  name: z.string(),
  environment: z.string(),
  status: z.enum(["active", "expired", "revoked"]),
  created_at: z.string(),
  expires_at: z.string().exactOptional(),
  last_used_at: z.string().exactOptional(),
});

export function apiKeys(state: State, nowMs: () => number): ApiKeys {
  const table = keyTable(state);
  return {
    ownerOf(key) {
      const found = table.byHash(hashOf(key));
      if (found === undefined || statusOf(found, nowMs()) !== "active") return undefined;
      if (nowMs() - (found.usedAt ?? 0) > USED_EVERY_MS) table.used(found.id, nowMs());
      return { tenant: found.tenant, keyId: found.id };
    },
    amount: () => table.amount(),
    tool: keyTool(table, nowMs),
  };
}

function keyTool(table: KeyTable, nowMs: () => number): ToolPlan {
  return defineTool({
    name: "api_key_mgmt",
    title: "Manage API keys",
    description:
      "Makes, lists, replaces and revokes API keys, such as those that served models ask for. A key is told once, by create or rotate, and kept as a hash only: when its answer is lost, rotate. There is one key for each name and environment.",
    effect: "changes",
    destructive: true,
    input: z.strictObject({
      action: z.enum(["create", "list", "revoke", "rotate"]).describe("rotate revokes the key and makes another with the same name"),
      name: plainName.describe("What the key is for; not needed for list").optional(),
      environment: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,29}$/)
        .default("production")
        .describe("Such as production or staging. Default production"),
      expires_in_days: z.number().min(0.001).max(3_650).describe("Default: it does not expire").optional(),
    }),
    output: z.object({
      key: z.string().describe("The key itself: only in the answer of the call that made it").exactOptional(),
      key_id: z.string().exactOptional(),
      name: z.string().exactOptional(),
      environment: z.string().exactOptional(),
      status: z.enum(["active", "expired", "revoked"]).exactOptional(),
      created_at: z.string().exactOptional(),
      expires_at: z.string().exactOptional(),
      last_used_at: z.string().exactOptional(),
      note: z.string().exactOptional(),
      keys: z.array(described).describe("For list: the newest first").exactOptional(),
    }),
    run(parameters, { tenant, once }) {
      const { action, name, environment, expires_in_days: days } = parameters;
      if (action === "list") return { keys: table.list(tenant).map((row) => shown(row, nowMs())) };
      if (name === undefined) throw refuse(`${action} needs the name of the key`);
      const place = { tenant, name, environment };
      if (action === "revoke") return once(() => shown(revoked(table, place, nowMs()), nowMs()));
      const made = { id: `key_${randomBytes(8).toString("hex")}`, secret: randomBytes(32).toString("base64url") };
      const key = `tutti_${environment.replaceAll(/[^a-z0-9]/g, "")}_${made.secret}`;
      const answer = once(() => {
        const old = table.inUse(place);
        if (action === "rotate") revoked(table, place, nowMs());
        else if (old !== undefined && statusOf(old, nowMs()) === "active") {
          throw refuse(`there is a key "${name}" for ${environment} already: rotate or revoke it`);
        } else if (old !== undefined) table.revoke(old.id, nowMs());
        if (table.amountOf(tenant) >= KEYS_MAX) throw refuse(`a tenant has at most ${KEYS_MAX} keys in use`);
        const expiresAt = days === undefined ? undefined : nowMs() + Math.round(days * DAY_MS);
        table.add({ id: made.id, ...place, createdAt: nowMs(), ...(expiresAt === undefined ? {} : { expiresAt }) }, hashOf(key));
        const row = table.inUse(place);
        return { ...(row === undefined ? {} : shown(row, nowMs())), note: "the key was told once; if it was lost, rotate" };
      });
      // The answer is that of an earlier call when another process has done this one.
      return answer.key_id === made.id ? { ...answer, key, note: "keep this key: it is not told again" } : answer;
    },
  });
}

interface KeyRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly environment: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  readonly usedAt?: number;
}

type Place = Pick<KeyRow, "tenant" | "name" | "environment">;

function revoked(table: KeyTable, place: Place, nowMs: number): KeyRow {
  const old = table.inUse(place);
  if (old === undefined) throw refuse(`there is no key "${place.name}" for ${place.environment}`);
  table.revoke(old.id, nowMs);
  return { ...old, revokedAt: nowMs };
}

function statusOf({ expiresAt = Infinity, revokedAt }: KeyRow, nowMs: number): "active" | "expired" | "revoked" {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt <= nowMs ? "expired" : "active";
}

function shown(row: KeyRow, nowMs: number) {
  const at = (ms: number): string => new Date(ms).toISOString();
  const { id, name, environment, createdAt, expiresAt, usedAt } = row;
  return {
    key_id: id,
    name,
    environment,
    status: statusOf(row, nowMs),
    created_at: at(createdAt),
    ...(expiresAt === undefined ? {} : { expires_at: at(expiresAt) }),
    ...(usedAt === undefined ? {} : { last_used_at: at(usedAt) }),
  };
}

/** Keys are 32 random bytes: nobody guesses them, and a hash that is made slow on purpose would protect nothing more. */
function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

type KeyTable = ReturnType<typeof keyTable>;

function keyTable({ database }: State) {
  const insert = database.prepare(
    "INSERT INTO api_keys (id, tenant, name, environment, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const inUse = database.prepare("SELECT * FROM api_keys WHERE tenant = ? AND name = ? AND environment = ? AND revoked_at IS NULL");
  const byHash = database.prepare("SELECT * FROM api_keys WHERE hash = ?");
  const list = database.prepare("SELECT * FROM api_keys WHERE tenant = ? ORDER BY created_at DESC, id LIMIT 2000");
  const revoke = database.prepare("UPDATE api_keys SET revoked_at = ? WHERE id = ?");
  const used = database.prepare("UPDATE api_keys SET used_at = ? WHERE id = ?");
  const amountOf = database.prepare("SELECT count(*) AS amount FROM api_keys WHERE tenant = ? AND revoked_at IS NULL");
  const amount = database.prepare("SELECT count(*) AS amount FROM api_keys WHERE revoked_at IS NULL");
  return {
    add: ({ id, tenant, name, environment, createdAt, expiresAt }: KeyRow, hash: Buffer): void =>
      void insert.run(id, tenant, name, environment, hash, createdAt, expiresAt ?? null),
    inUse({ tenant, name, environment }: Place): KeyRow | undefined {
      const row = inUse.get(tenant, name, environment);
      return row === undefined ? undefined : rowOf(row);
    },
    byHash(hash: Buffer): KeyRow | undefined {
      const row = byHash.get(hash);
      return row === undefined ? undefined : rowOf(row);
    },
    list: (tenant: string): readonly KeyRow[] => list.all(tenant).map(rowOf),
    revoke: (id: string, nowMs: number): void => void revoke.run(nowMs, id),
    used: (id: string, nowMs: number): void => void used.run(nowMs, id),
    amountOf: (tenant: string): number => Number(amountOf.get(tenant)?.["amount"]),
    amount: (): number => Number(amount.get()?.["amount"]),
  };
}

function rowOf(row: Readonly<Record<string, unknown>>): KeyRow {
  const { expires_at: expiresAt, revoked_at: revokedAt, used_at: usedAt } = row;
  return {
    id: String(row["id"]),
    tenant: String(row["tenant"]),
    name: String(row["name"]),
    environment: String(row["environment"]),
    createdAt: Number(row["created_at"]),
    ...(typeof expiresAt === "number" ? { expiresAt } : {}),
    ...(typeof revokedAt === "number" ? { revokedAt } : {}),
    ...(typeof usedAt === "number" ? { usedAt } : {}),
  };
}
