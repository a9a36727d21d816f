import type { LocatedProblem } from "../model/problem.ts";
import { visible, visibleLine } from "../base/visible.ts";

/** Columns of a line that are shown. */
const WIDEST = 120;

/** Columns that are kept before the place when a longer line is cut. */
const BEFORE = 40;

/**
 * A problem with its line and carets under what is meant, in plain text:
 *
 * ```
 * order.yaml:14:11: unknown tool "payments.proces_payment" - did you mean "payments.process_payment"?
 *    14 |     tool: payments.proces_payment
 *       |           ^^^^^^^^^^^^^^^^^^^^^^^
 * ```
 */
export function formatProblem(problem: LocatedProblem): string {
  const { file, line, column, severity, message } = problem;
  const head = `${visible(file)}:${line}:${column}: ${severity === "warning" ? "warning: " : ""}${message}`;
  if (problem.source.trim() === "") return head;
  const { shown, caretsFrom, carets } = excerpt(problem);
  const number = String(line).padStart(5);
  return `${head}\n${number} | ${shown}\n${" ".repeat(number.length)} | ${" ".repeat(caretsFrom)}${"^".repeat(carets)}`;
}

interface Excerpt {
  readonly shown: string;
  readonly caretsFrom: number;
  readonly carets: number;
}

/** The part of the line around the problem; `…` stands where it was cut. */
function excerpt({ source, column, length }: LocatedProblem): Excerpt {
  const start = column - 1;
  const from = source.length > WIDEST && start > BEFORE ? start - BEFORE : 0;
  const to = Math.min(source.length, from + WIDEST);
  const before = `${from > 0 ? "…" : ""}${visibleLine(source.slice(from, start))}`;
  const marked = visibleLine(source.slice(start, Math.min(to, start + length)));
  const after = `${visibleLine(source.slice(Math.min(to, start + length), to))}${to < source.length ? "…" : ""}`;
  return { shown: `${before}${marked}${after}`.trimEnd(), caretsFrom: columnsOf(before), carets: Math.max(1, columnsOf(marked)) };
}

/** How many columns of a terminal a text takes up: letters of East Asia and most pictures take two, marks none. */
function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += NARROWLESS.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

const NARROWLESS = /^[\p{Mn}\p{Me}]$/u;
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]$/u;
