import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The one key that protects all others: they are in the database, and useless without it. */
export interface RootKey {
  /** @param use - what the secret is for: it opens for nothing else */
  wrap(secret: Uint8Array, use: string): Buffer;
  /** @throws Error - the secret was changed, or belongs to another root key */
  unwrap(wrapped: Uint8Array, use: string): Buffer;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Takes the root key from a file that only its owner can read; without a file given, from the one in the folder, which is
 * made when it is not there.
 *
 * @throws Error - the file is not there, open to others, or holds no key
 */
export function openRootKey(directory: string, given: string | undefined): RootKey {
  const path = given ?? join(directory, "root.key");
  if (given === undefined && !existsSync(path)) makeKeyFile(path);
  return rootKey(readKeyFile(path));
}

/** Two processes may do so at the same time: the first one wins, and both read what it wrote. */
function makeKeyFile(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const beside = join(folder, `.${randomUUID()}.part`);
  writeFileSync(beside, `${randomBytes(KEY_BYTES).toString("base64url")}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(beside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

function readKeyFile(path: string): Buffer {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true) throw new Error(`there is no file with a key at ${path}`);
  if ((found.mode & 0o077) !== 0) throw new Error(`${path} can be read by others: a file with a key is chmod 600`);
  const text = found.size > 1_000 ? "" : readFileSync(path, "utf8").trim();
  const key = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? "hex" : "base64url");
  const isText = /^[A-Za-z0-9+/_-]{43}=?$|^[0-9a-f]{64}$/i.test(text);
  if (!isText || key.length !== KEY_BYTES) throw new Error(`${path} holds no key: 32 random bytes in base64 or hexadecimal are wanted`);
  return key;
}

function rootKey(key: Buffer): RootKey {
  return {
    wrap(secret, use) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(use));
      return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap(wrapped, use) {
      const bytes = Buffer.from(wrapped);
      const nonce = bytes.subarray(0, NONCE_BYTES);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(use));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      } catch (error) {
        throw new Error("a key in the database does not open with the root key: it was changed, or this is another root key", {
          cause: error,
        });
      }
    },
  };
}
