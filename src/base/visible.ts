// Control characters, line separators, marks that turn the direction of text, and invisible characters: a file or a
// message must not be able to repaint the terminal that shows what is wrong with it.
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/** Text of others, safe to print: what cannot be seen is written as an escape such as `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A line from a file, safe to print, with every character still in its column; a tab becomes one space. */
export function visibleLine(line: string): string {
  return line.replaceAll("\t", " ").replace(UNSAFE, (character) => "\ufffd".repeat(character.length));
}

/** Text from a file in double quotes, for a message; only its beginning if it is long. */
export function quoted(text: string, longest: number = 60): string {
  return `"${visible(text.length > longest ? `${text.slice(0, longest - 1)}…` : text)}"`;
}
