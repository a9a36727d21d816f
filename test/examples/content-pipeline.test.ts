import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { type Environment, type Finished, runCommand, startCommand } from "../support/built-command.ts";
import { freshClone } from "../support/fresh-clone.ts";
import { runAfter } from "./run-after.ts";

interface Article {
  readonly article_id: number;
  readonly title: string;
  readonly template: string;
  readonly words: number;
  readonly degraded: boolean;
  readonly performance_score: number | null;
  readonly page: string;
  readonly error?: { readonly message: string };
}

interface Result {
  readonly outcome: string;
  readonly output: { readonly articles: readonly Article[] | null; readonly front_page: string | null; readonly health: object };
}

const FILES = ["--config", "examples/content-pipeline/mcp.json", "--data-dir", "examples/content-pipeline/out/journal"];

/** The arguments of a run of the example. */
function runOf(...inputs: readonly string[]): readonly string[] {
  return ["run", "examples/content-pipeline/pipeline.yaml", ...FILES, ...inputs.flatMap((input) => ["-p", input])];
}

/** The rows of a query on the file of a server, each as text. None while there is no such file. */
function rows(clone: string, folder: string, query: string): readonly string[] {
  const place = join(clone, "examples/content-pipeline/out/state", folder);
  const file = existsSync(place) ? readdirSync(place).find((name) => name.endsWith(".db")) : undefined;
  if (file === undefined) return [];
  using database = new DatabaseSync(join(place, file), { timeout: 10_000 });
  return database
    .prepare(query)
    .all()
    .map((row) => Object.values(row).join(" | "));
}

const articlesIn = (clone: string): readonly string[] =>
  rows(clone, "database/tenants", "SELECT id, title, category FROM articles ORDER BY id");

const trackedIn = (clone: string): readonly string[] => rows(clone, "analytics", "SELECT content_id FROM contents ORDER BY content_id");

async function run(clone: string, environment: Environment, ...inputs: readonly string[]): Promise<Finished & { readonly result: Result }> {
  const finished = await runCommand([...runOf(...inputs), "--json"], clone, environment);
  expect(finished.stdout).toMatch(/^\{/);
  return { ...finished, result: JSON.parse(finished.stdout) as Result };
}

test("news becomes articles that are stored, tracked and shown; without fresh news they are made of what was kept, and say so", async () => {
  using clone = freshClone();
  const { exitCode, result } = await run(clone.path, {});
  expect(exitCode).toBe(0);
  const articles = result.output.articles ?? [];
  expect(articles.map(({ template }) => template)).toEqual([
    "technical-article",
    "business-article",
    "technical-article",
    "health-article",
  ]);
  expect(result.output.health).toEqual({ "news-data": "healthy", template: "healthy", database: "healthy", analytics: "healthy" });
  for (const { words, degraded, performance_score: score } of articles) {
    expect(words).toBeGreaterThan(100);
    expect(score).toBeGreaterThan(0);
    expect(degraded).toBe(false);
  }
  expect(articlesIn(clone.path)).toHaveLength(4);
  expect(trackedIn(clone.path)).toHaveLength(4);

  const { lines, out } = await runAfter(clone.path, "content-pipeline", result);
  expect(lines.join("\n")).toContain("4 new, 4 in all");
  const frontPage = readFileSync(join(out, "front-page.html"), "utf8");
  for (const { article_id: id, title } of articles) {
    expect(frontPage).toContain(`href="articles/${id}.html"`);
    const page = readFileSync(join(out, "articles", `${id}.html`), "utf8");
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toMatch(/<a href="https:\/\/[a-z-]+\.example\//);
    expect(page).not.toContain("<script");
  }

  const kept = await run(clone.path, { NEWS_FEEDS: "nowhere.xml" });
  expect(kept.exitCode).toBe(0);
  const again = kept.result.output.articles ?? [];
  expect(again.map(({ title, degraded }) => [title, degraded])).toEqual(articles.map(({ title }) => [title, true]));
  for (const { page } of again) expect(page).toContain("The news server could not be asked. This is what was known at");
  expect(kept.result.output.health).toMatchObject({ "news-data": "unhealthy" });
  expect((await runAfter(clone.path, "content-pipeline", kept.result)).lines.join("\n")).toContain("4 new, 4 from kept news, 8 in all");
  // A run that makes no front page does not show the one of an earlier run.
  const nothing = await runAfter(clone.path, "content-pipeline", { output: { articles: null, front_page: null } });
  expect(nothing.lines).toEqual([expect.stringContaining("0 new, 8 in all")]);
});

test("what cannot be tracked is published all the same, unless tracking is critical: then it is taken back", async () => {
  using clone = freshClone();
  const broken = { ANALYTICS_SERVER: "servers/start.ts" };
  const published = await run(clone.path, broken);
  expect([published.exitCode, published.result.outcome]).toEqual([2, "partial_success"]);
  expect(published.result.output.articles?.map(({ performance_score: score }) => score)).toEqual([null, null, null, null]);
  const before = articlesIn(clone.path);
  expect(before).toHaveLength(4);

  const critical = await run(clone.path, broken, "tracking_critical=true");
  expect(critical.exitCode).not.toBe(0);
  expect(critical.stdout).toContain("failed_with_rollback: The article could not be tracked, and tracking is critical");
  expect(articlesIn(clone.path)).toEqual(before);
  expect((await runAfter(clone.path, "content-pipeline", critical.result)).lines.join("\n")).toContain("0 new");

  // One topic without news leaves the others alone.
  const topics = [
    { query: "nothing of the kind", category: "world" },
    { query: "moss", category: "science" },
  ];
  const some = await run(clone.path, {}, `topics=${JSON.stringify(topics)}`);
  expect([some.exitCode, some.result.outcome]).toEqual([2, "partial_success"]);
  expect(some.result.output.articles).toEqual([
    {
      error: expect.objectContaining({ message: expect.stringContaining("There is no news about nothing of the kind, and none was kept") }),
    },
    expect.objectContaining({ title: "Moss that collects nickel cleans a valley", template: "general-article" }),
  ]);
});

test("killed between storing and tracking, it goes on: every article is there once, and tracked once", async () => {
  using clone = freshClone();
  {
    await using killed = startCommand(runOf("pause=3s"), clone.path);
    await expect.poll(() => articlesIn(clone.path).length, { timeout: 60_000, interval: 20 }).toBe(4);
    killed.process.kill("SIGKILL");
    await killed.finished;
  }
  const resumed = await runCommand(["executions", "resume", ...FILES], clone.path);
  expect(resumed).toMatchObject({ exitCode: 0 });
  const stored = articlesIn(clone.path);
  expect(stored).toHaveLength(4);
  expect(trackedIn(clone.path)).toEqual(stored.map((row) => `article-${row.split(" | ")[0] ?? ""}`));
});
