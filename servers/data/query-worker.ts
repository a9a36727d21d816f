import { statSync } from "node:fs";
import { type QueryAnswer, type QueryJob, type QueryOutcome, READY } from "./query-job.ts";
import { runQueryJob } from "./run-query-job.ts";

/*
 * A process that runs one job at a time for a data server. What a statement does to memory and to the engine stays in
 * here: the server ends it when a job takes too long or is given up, it ends itself when one takes too much.
 */

const WATCH_MS = 50;
/** What Node and DuckDB take beside the memory that statements may have. */
const MEMORY_BESIDE_MB = 400;
/** The server ends a process that has told it that it takes too much. If it does not, the process does. */
const GRACE_MS = 2_000;

process.on("message", (job: QueryJob) => void answer(job));
// The server is gone. Nobody waits for what runs, and leaving in order could take as long as that.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.send?.(READY);

async function answer(job: QueryJob): Promise<void> {
  const watch = setInterval(() => {
    const message = exceeded(job);
    if (message === undefined) return;
    clearInterval(watch);
    send({ type: "exceeded", message });
    setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS);
  }, WATCH_MS);
  const outcome = await runQueryJob(job);
  clearInterval(watch);
  send(outcome);
}

function send(outcome: QueryOutcome): void {
  const message: QueryAnswer = { outcome, heldMb: heldMb() };
  process.send?.(message);
}

function exceeded({ work, limits }: QueryJob): string | undefined {
  if (heldMb() > limits.memoryMb + MEMORY_BESIDE_MB) return `the query takes more than ${limits.memoryMb} MB of memory`;
  const bytes = work.type === "file" ? (statSync(work.path, { throwIfNoEntry: false })?.size ?? 0) : 0;
  return bytes > limits.fileBytesMax ? `the file would have more than ${limits.fileBytesMax} bytes` : undefined;
}

function heldMb(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}
