import { type Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { ToolError } from "tutti/server";

export interface BodyLimits {
  /** Both of what comes and of what it unpacks to. */
  readonly bytesMax: number;
  /** The value of the header `content-encoding`, in small letters; empty without one. */
  readonly encoding: string;
}

/** What undoes each encoding, in small letters. */
const KNOWN: ReadonlyMap<string, () => NodeJS.ReadWriteStream | undefined> = new Map<string, () => NodeJS.ReadWriteStream | undefined>([
  ["", () => undefined],
  ["identity", () => undefined],
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["deflate", () => createInflate()],
  ["br", () => createBrotliDecompress()],
]);

/** All of a body, unpacked. Stops as soon as it is known to be too large. @throws ToolError - it is, or it is packed strangely */
export async function readBody(body: Readable, { bytesMax, encoding }: BodyLimits): Promise<Uint8Array> {
  if (!KNOWN.has(encoding)) {
    // Whoever destroys a body that has not ended is told of it, and it is no news.
    body.on("error", () => undefined).destroy();
    throw new ToolError(`the answer has the content encoding "${encoding.slice(0, 100)}", which is not understood`, { type: "External" });
  }
  const unpacker = KNOWN.get(encoding)?.();
  const parts: Buffer[] = [];
  const collecting = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part);
      done();
    },
  });
  let arrived = false;
  const arriving = limited(bytesMax).once("data", () => (arrived = true));
  try {
    await pipeline([body, arriving, ...(unpacker === undefined ? [] : [unpacker, limited(bytesMax)]), collecting]);
  } catch (error) {
    // Nothing, packed, has some bytes. Many servers send none, and say all the same how they are packed.
    if (isOfUnpacking(error) && !arrived) return new Uint8Array();
    if (isOfUnpacking(error)) throw new ToolError(`the answer says that it is ${encoding}, and is not`, { type: "External" });
    throw error;
  }
  return Buffer.concat(parts);
}

function limited(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      bytes += part.length;
      if (bytes > bytesMax) done(new ToolError(`the answer is larger than ${bytesMax} bytes`, { type: "Validation" }));
      else done(null, part);
    },
  });
}

function isOfUnpacking(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(?:Z_|ERR__ERROR_)/.test(String(error.code));
}
