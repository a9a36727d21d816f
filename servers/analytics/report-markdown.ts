import { type AnalyticsReport, changeText, figureText } from "./analytics-report.ts";

/** A report as Markdown. Names of contents come from elsewhere and stay what they are: text. */
export function reportMarkdown(report: AnalyticsReport): string {
  const { title, from, to, events, metrics, highlights = [], top_contents: contents = [], daily = [] } = report;
  const parts = [
    `# ${title}`,
    `${from} to ${to}, ${events} events. Changes are against the same time before.`,
    ...(highlights.length === 0 ? [] : [highlights.map((line) => `- ${escaped(line)}`).join("\n")]),
    table(
      ["Metric", "Value", "Before", "Change"],
      metrics.map((one) => [one.title, figureText(one, one.value), figureText(one, one.previous), changeText(one.change)]),
    ),
  ];
  if (contents.length > 0) {
    const rows = contents.map((one) => [
      one.content_id,
      String(one.views),
      String(one.unique_views),
      figureText({ unit: "share" }, one.engagement_rate),
      String(one.conversions),
    ]);
    parts.push("## Contents", table(["Content", "Views", "Viewers", "Engagement", "Conversions"], rows));
  }
  const [first] = daily;
  if (first !== undefined) {
    parts.push(
      "## Days",
      table(
        Object.keys(first),
        daily.map((row) => Object.values(row).map(String)),
      ),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Everything that Markdown, or HTML in it, could take for more than text. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>&~$:@]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}
