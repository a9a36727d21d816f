import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey, JWK, JWTHeaderParameters, JWTPayload } from "jose";
import type { IdentityConfig } from "../../src/model/access.ts";

/** An issuer of tokens for tests, with one key and its JWKS file. */
export interface Issuer {
  readonly config: IdentityConfig;
  readonly file: string;
  readonly publicKey: JWK;
  /** A good token with these claims in place of its own; undefined takes one away. */
  token(claims?: Readonly<Record<string, unknown>>, header?: Partial<JWTHeaderParameters>, key?: CryptoKey): Promise<string>;
}

/** Makes an issuer whose JWKS file lies in this directory. */
export async function newIssuer(directory: string, nowMs: number): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "first", use: "sig" };
  const file = join(directory, "jwks.json");
  writeFileSync(file, JSON.stringify({ keys: [jwk] }));
  const config: IdentityConfig = { issuer: "https://issuer.example", audience: "tutti", keys: { kind: "file", file } };
  const own: JWTPayload = {
    iss: config.issuer,
    aud: config.audience,
    sub: "ada",
    tenant: "acme",
    exp: Math.floor(nowMs / 1_000) + 600,
  };
  return {
    config,
    file,
    publicKey: jwk,
    token: async (claims = {}, header = {}, key = privateKey) =>
      await new SignJWT(JSON.parse(JSON.stringify({ ...own, ...claims })) as JWTPayload)
        .setProtectedHeader({ alg: "ES256", kid: "first", ...header })
        .sign(key),
  };
}
