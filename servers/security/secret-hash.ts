import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

/** A secret as it may be kept: `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export interface SecretHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB and some 60 ms each. */
const COST: ScryptCost = { N: 2 ** 15, r: 8, p: 1 };
const HASH_BYTES = 32;

export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(secret, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Undefined when it is none, or would cost too little to be safe, or too much to be borne. */
export function parseSecretHash(text: string): SecretHash | undefined {
  const match = /^scrypt\$(\d{5,6})\$(8)\$([1-4])\$([A-Za-z0-9_-]{22,86})\$([A-Za-z0-9_-]{43})$/.exec(text);
  if (match === null) return undefined;
  const [, N, r, p, salt = "", hash = ""] = match;
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  if (cost.N < 2 ** 14 || cost.N > 2 ** 17 || !Number.isInteger(Math.log2(cost.N))) return undefined;
  return { cost, salt: Buffer.from(salt, "base64url"), hash: Buffer.from(hash, "base64url") };
}

/** Takes as long when there is nothing to compare with, so that nobody learns from it which clients there are. */
export async function isSecret(secret: string, expected: SecretHash | undefined): Promise<boolean> {
  const { cost, salt, hash } = expected ?? NOBODY;
  const found = await derive(secret, salt, cost);
  return timingSafeEqual(found, hash) && expected !== undefined;
}

const NOBODY: SecretHash = { cost: COST, salt: randomBytes(16), hash: randomBytes(HASH_BYTES) };

async function derive(secret: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    scrypt(secret, salt, HASH_BYTES, { ...cost, maxmem: 2 ** 28 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}
