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
      return offsetInFlow({ ...walk, source: walk.source + 1, end: walk.end - 1 }, offset, findBackslash);
    case "QUOTE_SINGLE":
      return offsetInFlow({ ...walk, source: walk.source + 1, end: walk.end - 1 }, offset, findDoubledQuote);
    default:
      return offsetInFlow(walk, offset, () => undefined);
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

/** What stands in the file for how many units of the value. */
interface Escape {
  readonly length: number;
  /** 0 for a line that goes on in the next one. */
  readonly units: number;
}

/** The escape at a place of the file, if there is one. */
type FindEscape = (text: string, at: number) => Escape | undefined;

function offsetInFlow(walk: Walk, offset: number, findEscape: FindEscape): number | undefined {
  const { text, value, end } = walk;
  while (walk.source < end) {
    const escape = findEscape(text, walk.source);
    if (walk.reached >= offset && escape?.units !== 0) break;
    const fold = /\s/.test(text[walk.source] ?? "") ? FOLD.exec(text.slice(walk.source, walk.source + LONGEST_FOLD)) : null;
    if (fold !== null) skip(walk, fold[0].length, Math.max(1, fold[0].split("\n").length - 2));
    else if (escape !== undefined) skip(walk, escape.length, escape.units);
    else if (text[walk.source] === value[walk.reached]) skip(walk, 1, 1);
    else return undefined;
  }
  return walk.reached === offset ? walk.source : undefined;
}

function skip(walk: Walk, length: number, units: number): void {
  walk.source += length;
  walk.reached += units;
}

/** A line break with the white space around it, and empty lines after it: a space in the value, or a line break less than there are. */
const FOLD = /^[ \t]*(?:\r?\n[ \t]*)+/;

/** More white space than this in one place is not followed. */
const LONGEST_FOLD = 2_000;

function findBackslash(text: string, at: number): Escape | undefined {
  if (text[at] !== "\\") return undefined;
  const continued = /^\\[ \t]*\r?\n[ \t]*/.exec(text.slice(at, at + LONGEST_FOLD));
  if (continued !== null) return { length: continued[0].length, units: 0 };
  const length = { x: 4, u: 6, U: 10 }[text[at + 1] ?? ""] ?? 2;
  return { length, units: length === 10 && Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1 };
}

function findDoubledQuote(text: string, at: number): Escape | undefined {
  return text.startsWith("''", at) ? { length: 2, units: 1 } : undefined;
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
