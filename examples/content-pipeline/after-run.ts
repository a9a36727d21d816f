import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toldLine } from "../runner/told-line.ts";

interface AfterRun {
  readonly out: string;
  readonly result: { readonly output: unknown; readonly metrics?: Readonly<Record<string, unknown>> };
}

interface PublishedArticle {
  readonly article_id: number;
  readonly title: string;
  readonly degraded: boolean;
  readonly page: string;
}

/** Makes files of the pages that the workflow has given, and says where they are. */
export async function afterRun({ out, result: { output, metrics = {} } }: AfterRun): Promise<readonly string[]> {
  const { articles, front_page: frontPage } = (output ?? {}) as {
    readonly articles?: readonly object[] | null;
    readonly front_page?: unknown;
  };
  // In the place of one that has failed there is its error.
  const published = (articles ?? []).filter((article): article is PublishedArticle => "article_id" in article && "page" in article);
  const folder = join(out, "articles");
  mkdirSync(folder, { recursive: true });
  for (const { article_id: id, page } of published) writeFileSync(join(folder, `${id}.html`), page);
  const made = typeof frontPage === "string";
  if (made) writeFileSync(join(out, "front-page.html"), frontPage);
  const kept = published.filter(({ degraded }) => degraded).length;
  return [
    ...(made ? [toldLine("front page", join(out, "front-page.html"))] : []),
    toldLine(
      "articles",
      `${folder}  (${published.length} new${kept === 0 ? "" : `, ${kept} from kept news`}, ${readdirSync(folder).length} in all)`,
    ),
    ...performanceOf(metrics),
  ];
}

function performanceOf(metrics: Readonly<Record<string, unknown>>): readonly string[] {
  const { duration_ms: durationMs, score } = metrics;
  if (typeof durationMs !== "number") return [];
  return [toldLine("performance", `${Math.round(durationMs)} ms${typeof score === "number" ? `, score ${Math.round(score)} of 100` : ""}`)];
}
