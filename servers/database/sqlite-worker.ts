/*
 * The process that holds the file of one tenant. A statement that does not end cannot be interrupted from within, and not
 * even its thread can be stopped: so the server kills the process, and SQLite rolls back what was not done.
 */
import { Worker } from "node:worker_threads";
import { answerRequest } from "./sqlite/answer-request.ts";
import { Refusal, toRefusal } from "./sqlite/refusal.ts";
import { openTenantFile } from "./sqlite/tenant-file.ts";
import type { WorkerReply, WorkerRequest, WorkerSettings } from "./sqlite/worker-message.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as WorkerSettings;

/** Ends this process when the server is gone, also while a statement is under way and nothing else gets to run. */
const WATCH = `
  const { workerData } = require("node:worker_threads");
  setInterval(() => { if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL"); }, 500);
`;
new Worker(WATCH, { eval: true, workerData: settings.parentPid }).unref();

const reply = (message: WorkerReply): void => void process.send?.(message);

try {
  const file = openTenantFile(settings);
  process.once("disconnect", () => {
    file[Symbol.dispose]();
    process.exit(0);
  });
  process.on("message", (request: WorkerRequest) => {
    try {
      reply({ kind: "answer", answer: answerRequest(file, request) });
    } catch (error) {
      refuse(error);
    }
  });
  reply({ kind: "ready" });
} catch (error) {
  refuse(error);
  process.disconnect();
}

function refuse(error: unknown): void {
  const { message, why, code } = toRefusal(error, settings.megabytesMax);
  if (why === "fault") process.stderr.write(`${error instanceof Error && !(error instanceof Refusal) ? error.stack : String(error)}\n`);
  reply({ kind: "refusal", message, why, ...(code === undefined ? {} : { code }) });
}
