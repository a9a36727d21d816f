import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { getServerStats, loadConfig, openTutti, type Tutti } from "tutti";
import { present } from "../src/base/assert.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { type Figure, figure } from "./figure.ts";

const EXECUTIONS = 50;
const ARTICLES_EACH = 4;
const MINUTE_MS = 60_000;

const FOLDER = resolve(import.meta.dirname, "../examples/content-pipeline");

/**
 * The content pipeline in a process that stays, with servers that are there already, one execution after the other:
 * articles per minute, against what the calls on the critical paths would allow; and the share of searches for news that
 * a cache of five minutes answers, against all but the first execution's.
 *
 * @throws Error when one article is not published
 */
export async function measureContentPipeline(): Promise<readonly Figure[]> {
  using directory = temporaryDirectory();
  const environment = { ...process.env, PIPELINE_STATE: join(directory.path, "state") };
  const config = loadConfig({ workingDirectory: FOLDER, environment, configFile: "mcp.json" });
  await using tutti = await openTutti({ dataDirectory: join(directory.path, "journal"), servers: config.servers });
  // The first waits until the servers have started, and asks for news that nobody has read.
  await publish(tutti);
  let criticalMs = 0;
  const startMs = performance.now();
  for (let round = 0; round < EXECUTIONS; round += 1) criticalMs += await publish(tutti);
  const elapsedMs = performance.now() - startMs;

  const articles = EXECUTIONS * ARTICLES_EACH;
  const { servers } = await tutti.operations.call(getServerStats, {}, { signal: AbortSignal.timeout(MINUTE_MS) });
  const { cacheHits, cacheMisses } = present(
    servers.find(({ server }) => server === "news-data"),
    "news-data",
  );
  return [
    figure({
      name: "content-pipeline-articles",
      unit: "articles/min",
      rounds: EXECUTIONS,
      value: articles / (elapsedMs / MINUTE_MS),
      floor: articles / (criticalMs / MINUTE_MS),
    }),
    figure({
      name: "content-pipeline-cache-hits",
      unit: "%",
      rounds: EXECUTIONS,
      value: (100 * cacheHits) / (cacheHits + cacheMisses),
      floor: (100 * EXECUTIONS) / (EXECUTIONS + 1),
    }),
  ];
}

/** Publishes once, and gives how long its critical path took. */
async function publish(tutti: Tutti): Promise<number> {
  const { executionId } = await tutti.execute({ workflow: textOf("pipeline.yaml"), children: [textOf("publish-article.yml")] });
  const { outcome, metrics } = await tutti.wait(executionId);
  if (outcome !== "completed") throw new Error(`execution ${executionId} of the content pipeline ended with ${String(outcome)}`);
  return present(metrics, executionId).criticalPathMs;
}

function textOf(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}
