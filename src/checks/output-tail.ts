/** The end of what a program has written, both streams as they came; everything before it is counted and dropped. */
export interface OutputTail {
  push(chunk: Buffer): void;
  text(): string;
  /** Bytes before the text. */
  readonly omittedBytes: number;
}

/** @param bytesMax - of the text; while it is written, one chunk more is kept */
export function createOutputTail(bytesMax: number): OutputTail {
  const chunks: Buffer[] = [];
  let totalBytes = 0;
  let keptBytes = 0;
  const tail = (): Buffer => {
    const kept = Buffer.concat(chunks);
    return kept.subarray(firstWholeCharacter(kept, Math.max(0, kept.length - bytesMax)));
  };
  return {
    push(chunk) {
      chunks.push(chunk);
      totalBytes += chunk.length;
      keptBytes += chunk.length;
      while (keptBytes - (chunks[0]?.length ?? 0) >= bytesMax) keptBytes -= chunks.shift()?.length ?? 0;
    },
    text: () => tail().toString("utf8"),
    get omittedBytes() {
      return totalBytes - tail().length;
    },
  };
}

/** UTF-8 is cut between characters: bytes that only go on with one begin with the bits 10. */
function firstWholeCharacter(bytes: Buffer, from: number): number {
  if (from === 0) return 0;
  let at = from;
  while (at < from + 3 && ((bytes[at] ?? 0) & 0b1100_0000) === 0b1000_0000) at += 1;
  return at;
}
