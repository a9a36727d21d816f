/** Bytes of UTF-8 for one unit of a string, at most. */
export const UTF8_BYTES_MAX = 3;

/** Whether a text takes more bytes in UTF-8; looked at only as far as needed. Half of a pair becomes U+FFFD. */
export function utf8Exceeds(text: string, limitBytes: number): boolean {
  if (text.length > limitBytes) return true;
  if (text.length * UTF8_BYTES_MAX <= limitBytes) return false;
  let bytes = 0;
  for (let index = 0; index < text.length && bytes <= limitBytes; index += 1) {
    const point = text.codePointAt(index) ?? 0;
    bytes += bytesOf(point);
    if (point > LAST_OF_ONE_UNIT) index += 1;
  }
  return bytes > limitBytes;
}

const LAST_OF_ONE_UNIT = 0xffff;

function bytesOf(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point <= LAST_OF_ONE_UNIT ? 3 : 4;
}
