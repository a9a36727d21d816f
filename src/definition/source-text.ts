import type { LocatedProblem } from "../model/problem.ts";

/** A part of a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  /** Behind the last. */
  readonly end: number;
}

/** A problem that is known by its place in the text. */
export interface TextProblem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly span: Span;
  readonly suggestion?: string;
}

/** The text of one file, for finding lines and columns in it. */
export interface SourceText {
  readonly text: string;
  /** Line and column, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number };
  located(problem: TextProblem): LocatedProblem;
}

/**
 * Prepares the text of a file, without the mark with which some editors begin it; its lines are looked for when the first place is
 * asked for.
 */
export function sourceText(written: string, file: string): SourceText {
  const text = written.startsWith("\ufeff") ? written.slice(1) : written;
  let starts: readonly number[] | undefined;
  const lineAt = (offset: number): { readonly line: number; readonly start: number; readonly end: number } => {
    starts ??= lineStarts(text);
    const line = lastNotAfter(starts, offset);
    const start = starts[line] ?? 0;
    const end = (starts[line + 1] ?? text.length + 1) - 1;
    return { line, start, end: end > start && text[end - 1] === "\r" ? end - 1 : end };
  };
  return {
    text,
    position(offset) {
      const { line, start } = lineAt(offset);
      return { line: line + 1, column: offset - start + 1 };
    },
    located({ span, ...problem }) {
      const { line, start, end } = lineAt(span.start);
      const length = Math.max(1, Math.min(span.end, end) - span.start);
      const source = span.start - start > SHOWN_MAX ? "" : text.slice(start, Math.min(end, start + 2 * SHOWN_MAX));
      return { ...problem, file, line: line + 1, column: span.start - start + 1, length, source };
    },
  };
}

/**
 * How far into a line a problem may be to come with it. A program may write a whole workflow in one line, and that line would
 * come back with each of a thousand problems.
 */
const SHOWN_MAX = 2_000;

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
}

/** The place of the last start that is not after the offset. */
function lastNotAfter(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
