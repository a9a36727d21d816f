import { randomUUID } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import type { State } from "../kit/state/state.ts";
import type { SigningKey } from "./signing-key.ts";

export const TOKENS_SCHEMA = `CREATE TABLE revoked_tokens (
  tenant TEXT NOT NULL, token_id TEXT NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (tenant, token_id)
) STRICT, WITHOUT ROWID;`;

/** Tokens that say for a short time what a client may ask for. They are not kept, only those that were revoked are. */
export interface AccessTokens {
  readonly lifetimeSeconds: number;
  issue(claims: TokenClaims): Promise<string>;
  /** What a token says; undefined when it is not ours, of another tenant, over, or revoked. */
  read(tenant: string, token: string): Promise<ActiveToken | undefined>;
  /** From now on it says nothing any more, also in other processes on the same state. */
  revoke(tenant: string, token: ActiveToken): void;
  revokedCount(): number;
}

interface TokenClaims {
  readonly tenant: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
}

export interface ActiveToken extends TokenClaims {
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const ISSUER = "tutti-security";
const TYPE = "at+jwt";

export interface AccessTokenPorts {
  readonly state: State;
  readonly key: SigningKey;
  readonly lifetimeSeconds: number;
  readonly nowMs: () => number;
}

export function openAccessTokens({ state, key, lifetimeSeconds, nowMs }: AccessTokenPorts): AccessTokens {
  const { database, transaction } = state;
  const isRevoked = database.prepare("SELECT 1 FROM revoked_tokens WHERE tenant = ? AND token_id = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO revoked_tokens (tenant, token_id, expires_at) VALUES (?, ?, ?)");
  const forget = database.prepare("DELETE FROM revoked_tokens WHERE expires_at < ?");
  const count = database.prepare("SELECT count(*) AS tokens FROM revoked_tokens WHERE expires_at >= ?");
  const nowSeconds = (): number => Math.floor(nowMs() / 1_000);
  return {
    lifetimeSeconds,
    async issue({ tenant, clientId, scopes }) {
      return await new SignJWT({ tenant, client_id: clientId, scope: scopes.join(" ") })
        .setProtectedHeader({ alg: "EdDSA", typ: TYPE, kid: key.jwk.kid })
        .setIssuer(ISSUER)
        .setSubject(clientId)
        .setIssuedAt(nowSeconds())
        .setExpirationTime(nowSeconds() + lifetimeSeconds)
        .setJti(randomUUID())
        .sign(key.privateKey);
    },
    async read(tenant, token) {
      const active = await verified(token, key, nowMs());
      return active?.tenant !== tenant || isRevoked.get(tenant, active.tokenId) !== undefined ? undefined : active;
    },
    revoke: (tenant, { tokenId, expiresAt }) =>
      transaction(() => {
        forget.run(nowSeconds() - lifetimeSeconds);
        insert.run(tenant, tokenId, expiresAt);
      }),
    revokedCount: () => Number(count.get(nowSeconds())?.["tokens"]),
  };
}

async function verified(token: string, { publicKey }: SigningKey, nowMs: number): Promise<ActiveToken | undefined> {
  try {
    const { payload } = await jwtVerify<{ tenant: string; scope: string }>(token, publicKey, {
      algorithms: ["EdDSA"],
      issuer: ISSUER,
      typ: TYPE,
      currentDate: new Date(nowMs),
      requiredClaims: ["sub", "jti", "iat", "exp", "tenant", "scope"],
    });
    const { sub: clientId = "", jti: tokenId = "", iat: issuedAt = 0, exp: expiresAt = 0, tenant, scope } = payload;
    return { clientId, tokenId, issuedAt, expiresAt, tenant, scopes: scope.split(" ").filter((word) => word !== "") };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
