import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import type { State } from "../kit/state/state.ts";
import type { RootKey } from "./root-key.ts";

export const SIGNING_KEY_SCHEMA = "CREATE TABLE signing_key (id INTEGER PRIMARY KEY CHECK (id = 1), wrapped BLOB NOT NULL) STRICT;";

/** Signs tokens and checkpoints of the audit log, with Ed25519. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** For whoever wants to verify: a JSON Web Key. */
  readonly jwk: {
    readonly kty: string;
    readonly crv: string;
    readonly x: string;
    readonly kid: string;
    readonly alg: "EdDSA";
    readonly use: "sig";
  };
}

const USE = "signing";

export function openSigningKey({ database, transaction }: State, root: RootKey): SigningKey {
  const der = transaction(() => {
    const row = database.prepare("SELECT wrapped FROM signing_key").get();
    if (row !== undefined) return root.unwrap(row["wrapped"] as Uint8Array, USE);
    const made = generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" });
    database.prepare("INSERT INTO signing_key (id, wrapped) VALUES (1, ?)").run(root.wrap(made, USE));
    return made;
  });
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const { kty = "", crv = "", x = "" } = publicKey.export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
  return { privateKey, publicKey, jwk: { kty, crv, x, kid, alg: "EdDSA", use: "sig" } };
}
