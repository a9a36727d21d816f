/** Where a byte of a text is, for a person: `line 2, column 5`. The parser counts bytes of UTF-8 from 0. */
export function placeAt(text: string, byteOffset: number): string {
  const before = Buffer.from(text).subarray(0, byteOffset).toString();
  const lines = before.split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
