import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { TuttiError } from "../model/errors.ts";
import { refusingFileErrors } from "./data-directory.ts";

/** Signs checkpoints of the audit log. */
export interface SigningKey {
  readonly id: string;
  /** Of the text in UTF-8; in base64. */
  sign(text: string): string;
}

/** Public keys by their ids. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>;

/** Where the key of a data directory is. `configured` is one that the configuration names. */
export interface KeyPlace {
  readonly directory: string;
  readonly configured?: string;
}

const MAKE_ONE = "openssl genpkey -algorithm ed25519 -out audit.key";

/** The file with the key: the one that is configured, else one in the data directory. */
export function keyFile({ directory, configured }: KeyPlace): string {
  return configured ?? join(directory, "audit.key");
}

/**
 * The key with which a log is signed. In the data directory it is made when there is none and nothing was signed yet;
 * the caller has the write lock of the log, so that only one process makes it.
 *
 * @throws TuttiError `file.unreadable`, `journal.unusable`
 */
export function openSigningKey(place: KeyPlace, options: { readonly mayMake: boolean }): SigningKey {
  const file = keyFile(place);
  if (place.configured === undefined && options.mayMake && !existsSync(file)) makeKey(file);
  const key = readPrivateKey(file);
  return { id: keyId(createPublicKey(key)), sign: (text) => sign(undefined, Buffer.from(text), key).toString("base64") };
}

/**
 * The public key in PEM that belongs to the signing key; undefined when that is not here.
 *
 * @throws TuttiError `file.unreadable` - it is here and is no Ed25519 key
 */
export function publicKeyOf(place: KeyPlace): string | undefined {
  const file = keyFile(place);
  if (!existsSync(file)) return undefined;
  return createPublicKey(readPrivateKey(file)).export({ type: "spki", format: "pem" }).toString();
}

/**
 * Reads public keys, one PEM block after the other.
 *
 * @throws TuttiError `input.invalid` - there is none, or one that is not an Ed25519 key
 */
export function readPublicKeys(pem: string): TrustedKeys {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]*-----END PUBLIC KEY-----/g) ?? [];
  const keys = blocks.map(readPublicKey);
  if (keys.length === 0) throw notUsable("it holds no public key in PEM; tutti audit key prints one");
  return new Map(keys.map((key) => [keyId(key), key]));
}

function readPublicKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw notUsable(`it is no public key: ${(cause as Error).message}`);
  }
  if (key.asymmetricKeyType !== "ed25519") throw notUsable(`it is of the kind ${key.asymmetricKeyType}, and must be an Ed25519 key`);
  return key;
}

function notUsable(problem: string): TuttiError {
  const message = `the public key cannot be used: ${problem}`;
  return new TuttiError("input.invalid", message, { problems: [message] });
}

function readPrivateKey(file: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === "ed25519") return key;
    throw new Error(`it is of the kind ${key.asymmetricKeyType}`);
  } catch (cause) {
    const message = `${file} cannot be used to sign the audit log: ${(cause as Error).message}; an Ed25519 key in PEM is needed, as "${MAKE_ONE}" makes it`;
    throw new TuttiError("file.unreadable", message, { file }, { cause });
  }
}

/** Written beside its place and moved there, so that there never is a part of a key. */
function makeKey(file: string): void {
  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const draft = `${file}.${randomBytes(4).toString("hex")}.new`;
  refusingFileErrors(file, () => {
    const handle = openSync(draft, "wx", 0o600);
    try {
      writeSync(handle, pem.toString());
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  });
}

/** SHA-256 of the public key (SPKI in DER), the first half of it in hexadecimal. */
function keyId(key: KeyObject): string {
  return createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")
    .slice(0, 32);
}
