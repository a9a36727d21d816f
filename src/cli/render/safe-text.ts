// Whatever comes from a file, a server or a journal must not be able to repaint the terminal that shows it: control
// characters, marks that turn the direction of text, and halves of characters.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of others as one line that is safe to show; only its beginning if it is longer than that. */
export function oneLine(text: string, longest: number = 500): string {
  // Cut before it is cleaned, so that a message of many megabytes costs nothing.
  const cut = text
    .slice(0, longest * 4)
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(UNSAFE, "")
    .trim();
  return cut.length > longest ? `${cut.slice(0, longest - 1)}…` : cut;
}

/** Text of others as lines that are safe to show. */
export function safeLines(text: string): readonly string[] {
  return text.split(/\r\n|\n|\r/).map((line) => line.replaceAll("\t", "  ").replaceAll(UNSAFE, ""));
}
