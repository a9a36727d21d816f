/** Where a part of a statement is, for a person: `line 2, column 5`. The parser counts bytes of UTF-8, from 0. */
export function placeOfByte(text: string, offset: number): string {
  return placeAfter(Buffer.from(text).subarray(0, offset).toString());
}

/** Where an error of syntax is. The parser counts characters here, from 0. */
export function placeOfCharacter(text: string, offset: number): string {
  return placeAfter(Array.from(text).slice(0, offset).join(""));
}

function placeAfter(before: string): string {
  const lines = before.split("\n");
  return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}`;
}
