/** Bytes of UTF-8 for one unit of a string, at most. */
export const UTF8_BYTES_MAX = 3;

/** Whether a text takes more bytes in UTF-8; looked at only as far as needed. */
export function utf8Exceeds(text: string, limitBytes: number): boolean {
  if (text.length > limitBytes) return true;
  if (text.length * UTF8_BYTES_MAX <= limitBytes) return false;
  let bytes = text.length;
  for (let index = 0; index < text.length && bytes <= limitBytes; index += 1) bytes += extraBytes(text.charCodeAt(index));
  return bytes > limitBytes;
}

/** Beyond the first. Both halves of a surrogate pair take two bytes each; a half alone becomes U+FFFD, which takes three. */
function extraBytes(unit: number): number {
  if (unit < 0x80) return 0;
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  return unit < 0x800 || surrogate ? 1 : 2;
}
