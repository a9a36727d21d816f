import { createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM, randomBytes } from "node:crypto";
import { appendFile, type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { refuse } from "../kit/reference-server.ts";
import { parseSealedHeader, printSealedHeader, type SealedHeader } from "../kit/sealing/sealed-header.ts";
import type { SealingKey } from "./key-ring.ts";

/** Where a sealed file belongs. Both are authenticated: it opens for nobody else, and as nothing else. */
export interface SealedPlace {
  readonly tenant: string;
  readonly path: string;
}

/** Finds the key that a header names. @throws ToolError - there is none, or the file belongs elsewhere */
export type KeyFor = (header: SealedHeader) => SealingKey;

const HEADER_BYTES_MAX = 16_384;
const TAG_BYTES = 16;

/** Of one nonce, by the definition of GCM: 2^39 - 256 bits. */
const GCM_BYTES_MAX = 2 ** 36 - 32;

export function sealText(text: string, place: SealedPlace, key: SealingKey): Buffer {
  const { bytes, cipher } = sealing(place, key);
  return Buffer.concat([bytes, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** @throws ToolError - it is not sealed, was changed, or belongs elsewhere */
export function openText(sealed: Buffer, keyFor: KeyFor): { readonly header: SealedHeader; readonly text: string } {
  const found = sealed.length < TAG_BYTES ? undefined : parseSealedHeader(sealed);
  if (found === undefined || sealed.length < found.bytes.length + TAG_BYTES) throw refuse("this is no sealed text");
  const decipher = opening(found, keyFor(found.header), sealed.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(sealed.subarray(found.bytes.length, -TAG_BYTES)), decipher.final()]);
    return { header: found.header, text: text.toString("utf8") };
  } catch (error) {
    throw changed(error);
  }
}

/** Takes little memory, however large the file is. */
export async function sealFile(paths: Paths, place: SealedPlace, key: SealingKey, signal: AbortSignal): Promise<void> {
  await using from = await open(paths.from, "r");
  if ((await from.stat()).size > GCM_BYTES_MAX) throw refuse(`a file of more than ${GCM_BYTES_MAX} bytes cannot be sealed in one piece`);
  await using to = await open(paths.to, "wx", 0o600);
  const { bytes, cipher } = sealing(place, key);
  await to.write(bytes);
  const reading = from.createReadStream({ start: 0 });
  await pipeline(reading, cipher, to.createWriteStream({ start: bytes.length }), { signal });
  await appendFile(paths.to, cipher.getAuthTag());
}

/** What is written is true only when this has resolved: until then nobody may see it. @throws ToolError - as `openText` */
export async function openFile(paths: Paths, keyFor: KeyFor, signal: AbortSignal): Promise<SealedHeader> {
  await using from = await open(paths.from, "r");
  const { header, content, decipher } = await openingOf(from, keyFor);
  await using to = await open(paths.to, "wx", 0o600);
  try {
    await pipeline(content, decipher, to.createWriteStream(), { signal });
  } catch (error) {
    throw signal.aborted || isOfFiles(error) ? error : changed(error);
  }
  return header;
}

/** Seals a file anew with another key. What it holds is never on the disk meanwhile. @throws ToolError - as `openText` */
export async function sealAnew(paths: Paths, keyFor: KeyFor, key: SealingKey, signal: AbortSignal): Promise<SealedHeader> {
  await using from = await open(paths.from, "r");
  const { header, content, decipher } = await openingOf(from, keyFor);
  await using to = await open(paths.to, "wx", 0o600);
  const { bytes, cipher } = sealing(header, key);
  await to.write(bytes);
  try {
    await pipeline(content, decipher, cipher, to.createWriteStream({ start: bytes.length }), { signal });
  } catch (error) {
    throw signal.aborted || isOfFiles(error) ? error : changed(error);
  }
  await appendFile(paths.to, cipher.getAuthTag());
  return header;
}

/** Two paths: of what is read, and of what is written, where nothing is yet. */
export interface Paths {
  readonly from: string;
  readonly to: string;
}

function sealing({ tenant, path }: SealedPlace, { keyId, secret }: SealingKey): { readonly bytes: Buffer; readonly cipher: CipherGCM } {
  const nonce = randomBytes(12);
  const bytes = printSealedHeader({ algorithm: "AES-256-GCM", keyId, nonce: nonce.toString("base64url"), tenant, path });
  return { bytes, cipher: createCipheriv("aes-256-gcm", secret, nonce).setAAD(bytes) };
}

function opening({ header, bytes }: NonNullable<ReturnType<typeof parseSealedHeader>>, { secret }: SealingKey, tag: Buffer): DecipherGCM {
  const nonce = Buffer.from(header.nonce, "base64url");
  return createDecipheriv("aes-256-gcm", secret, nonce, { authTagLength: TAG_BYTES }).setAAD(bytes).setAuthTag(tag);
}

async function openingOf(file: FileHandle, keyFor: KeyFor) {
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES_MAX), 0, HEADER_BYTES_MAX, 0);
  const found = parseSealedHeader(buffer.subarray(0, bytesRead));
  if (found === undefined || size < found.bytes.length + TAG_BYTES) throw refuse("the file is not sealed");
  const tag = Buffer.alloc(TAG_BYTES);
  await file.read(tag, 0, TAG_BYTES, size - TAG_BYTES);
  const decipher = opening(found, keyFor(found.header), tag);
  const [start, end] = [found.bytes.length, size - TAG_BYTES - 1];
  // A stream of files has no way to say that it is to read nothing.
  const content = end < start ? [] : file.createReadStream({ start, end });
  return { header: found.header, content, decipher };
}

function isOfFiles(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

function changed(cause: unknown): Error {
  return Object.assign(refuse("it cannot be opened: it was changed, or sealed with another key"), { cause });
}
