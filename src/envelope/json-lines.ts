import type { Json } from "../base/json.ts";
import { ENVELOPE_BYTES_MAX, parseEnvelope, printEnvelope } from "./envelope-codec.ts";
import { EnvelopeInvalidError } from "./envelope-invalid-error.ts";
import type { Envelope } from "./envelope.ts";

/** One line of a stream: an envelope, or what is wrong with it. The lines after a bad one are read as usual. */
export type EnvelopeLine =
  | { readonly kind: "envelope"; readonly line: number; readonly envelope: Envelope<Json> }
  | { readonly kind: "invalid"; readonly line: number; readonly problems: readonly string[] };

/** Cuts a stream of bytes into envelopes. Lines are counted from 1; blank ones are skipped. */
export interface EnvelopeLineReader {
  /** Takes the next bytes, however they were cut, and gives the lines that they end. */
  push(chunk: Uint8Array): readonly EnvelopeLine[];
  /** Gives the last line, where the stream does not end with a line end. */
  end(): readonly EnvelopeLine[];
}

/**
 * The text of an envelope as one line, with its line end.
 *
 * @throws EnvelopeInvalidError as `printEnvelope`
 */
export function printEnvelopeLine(envelope: Envelope<Json>): string {
  return `${printEnvelope(envelope)}\n`;
}

/** Reads JSON Lines. It never holds more than one envelope of the largest size, however long a line is. */
export function envelopeLineReader(): EnvelopeLineReader {
  const line = growingLine();
  let count = 0;
  const finish = (): readonly EnvelopeLine[] => {
    count += 1;
    return readLine(line.take(), count);
  };
  return {
    push: (chunk) => {
      const found: EnvelopeLine[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
        line.add(chunk.subarray(start, end));
        found.push(...finish());
        start = end + 1;
      }
      line.add(chunk.subarray(start));
      return found;
    },
    end: finish,
  };
}

const NEWLINE = 0x0a;

function readLine(bytes: Uint8Array | undefined, line: number): readonly EnvelopeLine[] {
  if (bytes === undefined) return [{ kind: "invalid", line, problems: [`envelope: must be at most ${ENVELOPE_BYTES_MAX} bytes`] }];
  if (bytes.every(isBlank)) return [];
  try {
    return [{ kind: "envelope", line, envelope: parseEnvelope(bytes) }];
  } catch (error) {
    if (!(error instanceof EnvelopeInvalidError)) throw error;
    return [{ kind: "invalid", line, problems: error.problems }];
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

const FIRST_BYTES = 4_096;

/** Bytes of the line that is being read, in one buffer: a list of pieces would take far more, where each is a byte. */
function growingLine(): { add(piece: Uint8Array): void; take(): Uint8Array | undefined } {
  let buffer = new Uint8Array(FIRST_BYTES);
  let sizeBytes = 0;
  return {
    add: (piece) => {
      const needed = sizeBytes + piece.length;
      // What is too long is counted and dropped.
      if (needed <= ENVELOPE_BYTES_MAX) {
        if (needed > buffer.length) {
          const larger = new Uint8Array(Math.min(ENVELOPE_BYTES_MAX, Math.max(needed, buffer.length * 2)));
          larger.set(buffer.subarray(0, sizeBytes));
          buffer = larger;
        }
        buffer.set(piece, sizeBytes);
      }
      sizeBytes = needed;
    },
    take: () => {
      const taken = sizeBytes > ENVELOPE_BYTES_MAX ? undefined : buffer.subarray(0, sizeBytes);
      sizeBytes = 0;
      return taken;
    },
  };
}
