import { displayWidth, padWidth } from "./display-width.ts";
import { span } from "./span.ts";
import type { Line, Span } from "./span.ts";

/** Rows as lines, with the columns below one another. The last column is not padded. */
export function tableLines(rows: readonly (readonly Span[])[], indent: string = ""): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell.text));
  }
  return rows.map((row) => [
    span(indent),
    ...row.map((cell, column) => (column === row.length - 1 ? cell : { ...cell, text: `${padWidth(cell.text, widths[column] ?? 0)}  ` })),
  ]);
}
