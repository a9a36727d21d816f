import { displayWidth, fitWidth } from "./display-width.ts";
import type { Emphasis, Style } from "./style.ts";

/** A piece of a line. Its text is plain and safe; emphasis is put on when the line is printed, so that it can be cut before. */
export interface Span {
  readonly text: string;
  readonly emphasis?: Emphasis | undefined;
  /** Never cut, however narrow the terminal is. */
  readonly whole?: boolean;
}

export type Line = readonly Span[];

/** A piece of a line. */
export function span(text: string, emphasis?: Emphasis): Span {
  return { text, emphasis };
}

/** A piece that is of no use when a part of it is missing: a command to be typed, or why something failed. */
export function wholeSpan(text: string, emphasis?: Emphasis): Span {
  return { text, emphasis, whole: true };
}

/** How lines are printed. */
export interface Canvas {
  readonly style: Style;
  /** Longer lines are cut; undefined leaves them as long as they are. */
  readonly columns?: number | undefined;
}

/** One line as text. */
function printLine(line: Line, { style, columns = Infinity }: Canvas): string {
  let left = columns;
  let text = "";
  for (const part of line) {
    const fitting = part.whole === true ? part.text : fitWidth(part.text, left);
    text += style(fitting, part.emphasis);
    left -= displayWidth(fitting);
    if (fitting !== part.text) break;
  }
  return text.trimEnd();
}

/** Lines as text, each with its end. */
export function printLines(lines: readonly Line[], canvas: Canvas): string {
  return lines.map((line) => `${printLine(line, canvas)}\n`).join("");
}
