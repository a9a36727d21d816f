import { statSync } from "node:fs";
import type { QueryJob, QueryOutcome } from "./query-job.ts";
import { runQueryJob } from "./run-query-job.ts";

/*
 * A process that runs one job at a time for a data server. What a statement does to memory and to the engine stays in
 * here: the server ends it when a job takes too long or is given up, it ends itself when one takes too much.
 */

const WATCH_MS = 50;
/** What Node and DuckDB take beside the memory that statements may have. */
const MEMORY_BESIDE_MB = 400;

process.on("message", (job: QueryJob) => void answer(job));
// The server is gone. Nobody waits for what runs, and leaving in order could take as long as that.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

async function answer(job: QueryJob): Promise<void> {
  const watch = setInterval(() => stopBeyondLimits(job), WATCH_MS);
  try {
    const outcome = await runQueryJob(job);
    clearInterval(watch);
    process.send?.(outcome);
  } finally {
    clearInterval(watch);
  }
}

function stopBeyondLimits({ work, limits }: QueryJob): void {
  if (process.memoryUsage.rss() > (limits.memoryMb + MEMORY_BESIDE_MB) * 2 ** 20) {
    end(`the query takes more than ${limits.memoryMb} MB of memory`);
  }
  if (work.type === "file" && (statSync(work.path, { throwIfNoEntry: false })?.size ?? 0) > limits.fileBytesMax) {
    end(`the file would have more than ${limits.fileBytesMax} bytes`);
  }
}

function end(message: string): void {
  const outcome: QueryOutcome = { type: "exceeded", message };
  process.send?.(outcome, () => process.kill(process.pid, "SIGKILL"));
}
