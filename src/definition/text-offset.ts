import type { Scalar } from "yaml";

/**
 * Where in the file the `offset`-th character of a text value stands. Quotes, escapes, folded lines and the
 * indentation of block texts stand in the file but not in the value. Undefined when the two do not match.
 */
export function textOffset(scalar: Scalar, text: string, offset: number): number | undefined {
  const { value, range } = scalar;
  if (typeof value !== "string" || range === undefined || range === null) return undefined;
  const walk: Walk = { text, value, end: range[1], source: range[0], reached: 0 };
  switch (scalar.type) {
    case "BLOCK_LITERAL":
    case "BLOCK_FOLDED":
      return offsetInBlock(walk, offset);
    case "QUOTE_DOUBLE":
      return offsetInFlow({ ...walk, source: walk.source + 1, end: walk.end - 1 }, offset, escapeLength);
    case "QUOTE_SINGLE":
      return offsetInFlow({ ...walk, source: walk.source + 1, end: walk.end - 1 }, offset, doubledQuoteLength);
    default:
      return offsetInFlow(walk, offset, () => 0);
  }
}

/** How far the text of the file and the value that was read from it have been laid side by side. */
interface Walk {
  readonly text: string;
  readonly value: string;
  /** Where the scalar ends in the text. */
  readonly end: number;
  source: number;
  reached: number;
}

/** How many characters of the file an escape takes up at this place; 0 when there is none. */
type EscapeLength = (text: string, at: number) => number;

function offsetInFlow(walk: Walk, offset: number, escapeLength: EscapeLength): number | undefined {
  const { text, value, end } = walk;
  while (walk.reached < offset && walk.source < end) {
    const fold = /\s/.test(text[walk.source] ?? "") ? FOLD.exec(text.slice(walk.source, walk.source + LONGEST_FOLD)) : null;
    const escape = escapeLength(text, walk.source);
    if (fold !== null) skipFold(walk, fold[0]);
    else if (escape > 0) skipEscape(walk, escape);
    else if (text[walk.source] !== value[walk.reached]) return undefined;
    else {
      walk.source += 1;
      walk.reached += 1;
    }
  }
  return walk.reached === offset ? walk.source : undefined;
}

/** A line break with the white space around it, and empty lines after it. */
const FOLD = /^[ \t]*(?:\r?\n[ \t]*)+/;

/** More white space than this in one place is not followed. */
const LONGEST_FOLD = 2_000;

/** One line break is a space in the value; of several, the first is left out. */
function skipFold(walk: Walk, fold: string): void {
  walk.source += fold.length;
  walk.reached += Math.max(1, fold.split("\n").length - 2);
}

function skipEscape(walk: Walk, length: number): void {
  const continued = /^\\\r?\n/.test(walk.text.slice(walk.source, walk.source + 3));
  walk.source += length;
  if (!continued) walk.reached += length === LONG_ESCAPE && (walk.value.codePointAt(walk.reached) ?? 0) > 0xffff ? 2 : 1;
}

const LONG_ESCAPE = 10;

function escapeLength(text: string, at: number): number {
  if (text[at] !== "\\") return 0;
  const continued = /^\\[ \t]*\r?\n[ \t]*/.exec(text.slice(at, at + LONGEST_FOLD));
  if (continued !== null) return continued[0].length;
  return { x: 4, u: 6, U: LONG_ESCAPE }[text[at + 1] ?? ""] ?? 2;
}

function doubledQuoteLength(text: string, at: number): number {
  return text.startsWith("''", at) ? 2 : 0;
}

function offsetInBlock(walk: Walk, offset: number): number | undefined {
  const { text, value, end } = walk;
  const header = text.indexOf("\n", walk.source);
  if (header < 0) return undefined;
  walk.source = header + 1;
  const indent = blockIndent(text.slice(walk.source, end), value);
  skipIndent(walk, indent);
  while (walk.source < end && (walk.reached < offset || breakIsSilent(walk))) {
    const lineBreak = lineBreakLength(walk);
    if (lineBreak === 0 && text[walk.source] !== value[walk.reached]) return undefined;
    walk.reached += breakIsSilent(walk) ? 0 : 1;
    walk.source += Math.max(1, lineBreak);
    if (lineBreak > 0) skipIndent(walk, indent);
  }
  return walk.reached === offset ? walk.source : undefined;
}

/** In a folded text the first of several line breaks stands for nothing. */
function breakIsSilent(walk: Walk): boolean {
  const written = walk.value[walk.reached];
  return lineBreakLength(walk) > 0 && written !== "\n" && written !== " ";
}

function lineBreakLength({ text, source }: Walk): number {
  if (text[source] === "\n") return 1;
  return text.startsWith("\r\n", source) ? 2 : 0;
}

/** What stands before the first line that is not empty, less what of it belongs to the value. */
function blockIndent(body: string, value: string): number {
  const leading = (text: string): number => /^(?: *\r?\n)*( *)/.exec(text)?.[1]?.length ?? 0;
  return leading(body) - leading(value);
}

function skipIndent(walk: Walk, indent: number): void {
  for (let skipped = 0; skipped < indent && walk.text[walk.source] === " "; skipped += 1) walk.source += 1;
}
