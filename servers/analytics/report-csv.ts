import type { AnalyticsReport } from "./analytics-report.ts";

type Cell = string | number | null;

/** A report as CSV (RFC 4180): the metrics, then contents and days if it has some, with an empty line between them. */
export function reportCsv({ metrics, top_contents: contents = [], daily = [] }: AnalyticsReport): string {
  const blocks = [
    block(
      ["metric", "unit", "value", "previous", "change"],
      metrics.map(({ name, unit, value, previous, change }) => [name, unit, value, previous, change]),
    ),
  ];
  if (contents.length > 0) {
    const rows = contents.map((one) => [one.content_id, one.views, one.unique_views, one.engagement_rate, one.conversions]);
    blocks.push(block(["content_id", "views", "unique_views", "engagement_rate", "conversions"], rows));
  }
  const [first] = daily;
  if (first !== undefined) blocks.push(block(Object.keys(first), daily.map(Object.values)));
  return blocks.join("\r\n");
}

function block(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((cells) => `${cells.map(cellText).join(",")}\r\n`).join("");
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe. Numbers are numbers, also negative ones. */
function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const safe = /^[\s]*[=+\-@|%]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
