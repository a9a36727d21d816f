import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ToolError } from "tutti/server";
import type { WorkerAnswers, WorkerReply, WorkerRequest, WorkerSettings } from "./worker-message.ts";

/** The process of one tenant's file, seen from the server. */
export interface WorkerProcess extends AsyncDisposable {
  /** Whether nothing is under way and nothing waits. */
  readonly idle: boolean;
  /** Whether it can take anything still. */
  readonly alive: boolean;
  /**
   * Asks one thing, after those that were asked before. When it takes too long, or is cancelled, the process ends: nothing else
   * stops a statement.
   */
  ask<Request extends WorkerRequest>(request: Request, signal: AbortSignal): Promise<WorkerAnswers[Request["kind"]]>;
}

export interface WorkerLimits {
  readonly statementTimeoutMs: number;
  /** Requests that may wait. */
  readonly waitingMax: number;
}

const FILE = fileURLToPath(new URL("../sqlite-worker.ts", import.meta.url));
/** Of a busy machine, too. */
const START_TIMEOUT_MS = 30_000;

export function startWorkerProcess(settings: WorkerSettings, limits: WorkerLimits): WorkerProcess {
  const child = fork(FILE, [JSON.stringify(settings)], {
    // The environment may hold secrets, which are none of a statement's business.
    env: {},
    execArgv: ["--max-old-space-size=128", "--max-semi-space-size=2"],
    serialization: "json",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()).once("error", () => resolve()));
  let alive = true;
  void gone.then(() => {
    alive = false;
  });
  const end = (): void => {
    alive = false;
    child.kill("SIGKILL");
  };
  const ready = started(child, gone);
  ready.catch(end);
  const exchange = async (request: WorkerRequest, signal: AbortSignal): Promise<WorkerReply> => {
    await ready;
    if (signal.aborted) throw cancelled();
    if (!alive) throw ended();
    try {
      const replied = replyOf(child, gone, { timeoutMs: limits.statementTimeoutMs, signal });
      // A process that has just ended is noticed by its exit.
      child.send(request, () => undefined);
      return await replied;
    } catch (error) {
      end();
      throw error;
    }
  };
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get idle() {
      return waiting === 0;
    },
    get alive() {
      return alive;
    },
    async ask<Request extends WorkerRequest>(request: Request, signal: AbortSignal) {
      if (waiting >= limits.waitingMax) throw tooMany(limits.waitingMax);
      waiting += 1;
      const mine = last.then(async () => await exchange(request, signal));
      last = mine.catch(() => undefined);
      try {
        return answerOf(await mine) as WorkerAnswers[Request["kind"]];
      } finally {
        waiting -= 1;
      }
    },
    async [Symbol.asyncDispose]() {
      end();
      await gone;
    },
  };
}

/** @throws ToolError - the file cannot be opened */
async function started(child: ChildProcess, gone: Promise<void>): Promise<void> {
  const reply = await replyOf(child, gone, { timeoutMs: START_TIMEOUT_MS, signal: new AbortController().signal });
  if (reply.kind !== "ready") answerOf(reply);
}

interface Waiting {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The next message of the process. It has one request at a time, so it is the answer to that. */
async function replyOf(child: ChildProcess, gone: Promise<void>, { timeoutMs, signal }: Waiting): Promise<WorkerReply> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerReply>();
  const onMessage = (message: unknown): void => resolve(message as WorkerReply);
  const onAbort = (): void => reject(cancelled());
  const timer = setTimeout(() => reject(tooSlow(timeoutMs)), timeoutMs);
  void gone.then(() => reject(ended()));
  child.once("message", onMessage);
  signal.addEventListener("abort", onAbort);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.off("message", onMessage);
    signal.removeEventListener("abort", onAbort);
  }
}

function answerOf(reply: WorkerReply): WorkerAnswers[keyof WorkerAnswers] {
  if (reply.kind === "answer") return reply.answer;
  if (reply.kind === "ready") throw ended();
  const { message, why, code } = reply;
  const more = code === undefined ? {} : { code };
  switch (why) {
    case "asked":
      throw new ToolError(message, { type: "Validation", ...more });
    case "busy":
      throw new ToolError(message, { type: "External", ...more });
    case "broken":
      throw new ToolError(message, { type: "Internal", ...more });
    case "fault":
      throw new Error(message);
  }
}

function tooSlow(timeoutMs: number): ToolError {
  const words = `the statement took longer than ${timeoutMs} ms and was stopped; a change is made wholly or not at all`;
  return new ToolError(words, { type: "Validation", code: "STATEMENT_TIMEOUT" });
}

function cancelled(): ToolError {
  return new ToolError("the call was cancelled", { type: "External", code: "CANCELLED" });
}

function ended(): ToolError {
  return new ToolError("the process that holds the tables has ended; try again", { type: "External", code: "WORKER_ENDED" });
}

function tooMany(waitingMax: number): ToolError {
  const words = `${waitingMax} statements of this tenant wait already`;
  return new ToolError(words, { type: "External", code: "TOO_MANY_WAITING", httpStatusCode: 429, retryAfter: 1 });
}
