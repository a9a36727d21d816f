import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SignJWT } from "jose";
import type { AccessConfig } from "tutti";
import type { EngineCaller } from "./open-engine.ts";

/**
 * This server says to Tutti for whom a call is with tokens that it signs itself: that is how Tutti keeps tenants apart. The
 * private key never leaves the memory of this process; the public one is in a file that only this process writes.
 */
export interface TenantKeys {
  readonly identity: NonNullable<AccessConfig["identity"]>;
  /** Writes the public key to where Tutti reads it. To be called when the folder is owned. */
  publish(): void;
  tokenFor(caller: EngineCaller): Promise<string>;
}

const ISSUER = "urn:tutti:workflow-server";
const AUDIENCE = "tutti";
const LIFETIME_S = 300;

export function openTenantKeys(directory: string): TenantKeys {
  const kid = randomUUID();
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const file = join(directory, "tenant-keys.json");
  return {
    identity: { issuer: ISSUER, audience: AUDIENCE, keys: { kind: "file", file }, tenantClaim: "tenant", algorithms: ["EdDSA"] },
    publish() {
      mkdirSync(directory, { recursive: true });
      const keys = [{ ...publicKey.export({ format: "jwk" }), kid, alg: "EdDSA", use: "sig" }];
      const beside = `${file}.${kid}`;
      writeFileSync(beside, JSON.stringify({ keys }), { mode: 0o600 });
      renameSync(beside, file);
    },
    async tokenFor({ tenant, user }) {
      // What Tutti would not take for a name is left out: it is only said in logs.
      const subject = user !== undefined && /^[\x21-\x7e]{1,200}$/.test(user) ? { sub: user } : {};
      return await new SignJWT({ tenant, ...subject })
        .setProtectedHeader({ alg: "EdDSA", kid, typ: "JWT" })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + LIFETIME_S)
        .sign(privateKey);
    },
  };
}
