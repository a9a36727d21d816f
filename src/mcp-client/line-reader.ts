const NEWLINE = 0x0a;
/** How much of both ends of a line that is too long is kept, to find out what it was. */
const END_BYTES = 4_096;

/** What becomes of the lines of a stream. Lines come without their line end. */
export interface LineSink {
  line(line: Buffer): void;
  /** A line went over the limit and is dropped; these are its first and last bytes. */
  oversized(line: { readonly head: Buffer; readonly tail: Buffer; readonly sizeBytes: number }): void;
}

/**
 * Cuts chunks into lines. Its work is proportional to the bytes, also when one line comes in thousands of chunks, and
 * it never holds more than `limitBytes` and one chunk.
 */
export function createLineReader(sink: LineSink, limitBytes: number): (chunk: Buffer) => void {
  let pieces: Buffer[] = [];
  let sizeBytes = 0;
  let head: Buffer | undefined;
  let tail: Buffer = Buffer.alloc(0);

  const keep = (piece: Buffer): void => {
    sizeBytes += piece.length;
    if (head !== undefined) {
      tail = lastBytes(tail, piece);
      return;
    }
    pieces.push(piece);
    if (sizeBytes <= limitBytes) return;
    const all = Buffer.concat(pieces);
    head = Buffer.from(all.subarray(0, END_BYTES));
    tail = lastBytes(Buffer.alloc(0), all);
    pieces = [];
  };

  const finish = (): void => {
    if (head !== undefined) sink.oversized({ head, tail, sizeBytes });
    else if (pieces.length === 1 && pieces[0] !== undefined) sink.line(pieces[0]);
    else sink.line(Buffer.concat(pieces));
    pieces = [];
    sizeBytes = 0;
    head = undefined;
  };

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      finish();
      start = end + 1;
    }
    if (start < chunk.length) keep(chunk.subarray(start));
  };
}

/** A copy, so that a few bytes do not keep a large chunk alive. */
function lastBytes(before: Buffer, piece: Buffer): Buffer {
  const joined = piece.length >= END_BYTES ? piece : Buffer.concat([before, piece]);
  return Buffer.from(joined.subarray(Math.max(0, joined.length - END_BYTES)));
}
