import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";

/** What a sealed file says of itself before its ciphertext. All of it is authenticated by the tag at the end of the file. */
export interface SealedHeader {
  readonly algorithm: typeof ALGORITHM;
  /** Which key of the ring of the tenant opens it. */
  readonly keyId: string;
  /** 12 bytes in base64url, never used twice with one key. */
  readonly nonce: string;
  readonly tenant: string;
  /** Where the file belongs, as whoever sealed it said: a file that is opened as another one is refused. */
  readonly path: string;
}

const ALGORITHM = "AES-256-GCM";
const FIRST_LINE = Buffer.from("TUTTI-SEALED-1\n");
const TAG_BYTES = 16;
const PATH_CHARACTERS_MAX = 1_000;

/** Nothing longer is taken for a header: what is valid is shorter. */
const HEADER_BYTES_MAX = 16_384;

const wellFormed = z.string().refine((text) => text.isWellFormed());

const headerLine = z.strictObject({
  algorithm: z.literal(ALGORITHM),
  key_id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  nonce: z.string().regex(/^[A-Za-z0-9_-]{16}$/),
  tenant: wellFormed.min(1).max(PATH_CHARACTERS_MAX),
  path: wellFormed.min(1).max(PATH_CHARACTERS_MAX),
});

/**
 * The header of a sealed file; undefined when the file is not sealed, also when it only begins as if it were. Whether the
 * file was changed is known only to those who have the key.
 *
 * @throws Error - the file cannot be read
 */
export function readSealedHeader(path: string): SealedHeader | undefined {
  const file = openSync(path, "r");
  try {
    const beginning = Buffer.alloc(HEADER_BYTES_MAX);
    const length = readSync(file, beginning, 0, HEADER_BYTES_MAX, 0);
    const found = parseSealedHeader(beginning.subarray(0, length));
    return found === undefined || fstatSync(file).size < found.bytes.length + TAG_BYTES ? undefined : found.header;
  } finally {
    closeSync(file);
  }
}

/** Both lines, as they are written and authenticated. @throws ZodError - a header that says this could not be read again */
export function printSealedHeader({ algorithm, keyId, nonce, tenant, path }: SealedHeader): Buffer {
  const line = JSON.stringify(headerLine.parse({ algorithm, key_id: keyId, nonce, tenant, path }));
  return Buffer.concat([FIRST_LINE, Buffer.from(`${line}\n`)]);
}

/** Reads the header at the beginning of some bytes. There is one way to write each header, and no other is taken. */
export function parseSealedHeader(beginning: Buffer): { readonly header: SealedHeader; readonly bytes: Buffer } | undefined {
  if (!beginning.subarray(0, FIRST_LINE.length).equals(FIRST_LINE)) return undefined;
  const end = beginning.subarray(0, HEADER_BYTES_MAX).indexOf(0x0a, FIRST_LINE.length);
  if (end === -1) return undefined;
  const { success, data } = headerLine.safeParse(jsonOf(beginning.toString("utf8", FIRST_LINE.length, end)));
  if (!success) return undefined;
  const { key_id: keyId, ...rest } = data;
  const bytes = beginning.subarray(0, end + 1);
  const header = { ...rest, keyId };
  return printSealedHeader(header).equals(bytes) ? { header, bytes } : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
