import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Keeps secrets that are needed again, so that a copy of the database alone gives none of them away. */
export interface SealedSecrets {
  /** @param owner - to whom it belongs: sealed for one, it cannot be opened as that of another */
  seal(secret: string, owner: string): string;
  open(sealed: string, owner: string): string;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key is in a file that only this user can read; it is made when there is none. */
export function sealedSecrets(keyFile: string): SealedSecrets {
  const key = keyIn(keyFile);
  return {
    seal(secret, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
      const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed, "base64url");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(owner))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
    },
  };
}

function keyIn(path: string): Buffer {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${randomUUID()}.part`;
  try {
    writeFileSync(beside, randomBytes(KEY_BYTES), { mode: 0o600, flush: true });
    // Fails when it is there: of two processes that begin at once, one makes the key, and both use it.
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(beside, { force: true });
  }
  const key = readFileSync(path);
  if (key.length !== KEY_BYTES) throw new Error(`${path} holds no key of ${KEY_BYTES} bytes`);
  return key;
}
