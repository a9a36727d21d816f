import { setTimeout as sleep } from "node:timers/promises";
import type { Schedule, ScheduleRun, ScheduleStore } from "./schedule-store.ts";
import { timesDue } from "./schedule-times.ts";
import { startFamily } from "./start-family.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 20;

/** A time that passed while nobody served is made up if it is not longer ago than this. */
const MADE_UP_MS = 3_600_000;

/**
 * Executes workflows at the times of their schedules, until it is disposed.
 *
 * 1. An execution has the time for its request key: neither a crash nor a second process executes it twice.
 * 2. Of all times that passed while nobody served, one is made up, if it is of the last hour.
 */
export function runSchedules(tools: WorkflowTools, schedules: ScheduleStore): AsyncDisposable {
  const stop = new AbortController();
  const running = run(tools, schedules, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function run(tools: WorkflowTools, schedules: ScheduleStore, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const now = new Date();
      const due = schedules.due(now.getTime(), AT_ONCE);
      await Promise.all(due.map(async (schedule) => schedules.ran(schedule.id, await runOne(schedule, now, { tools, signal }))));
      if (due.length === AT_ONCE) continue;
    } catch (error) {
      // Such as a database that is locked for long: the times are still there when it is looked again.
      if (!signal.aborted) process.stderr.write(`schedules: ${String(error)}\n`);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

interface Running {
  readonly tools: WorkflowTools;
  readonly signal: AbortSignal;
}

async function runOne(
  { id, tenant, workflowId, inputs, cron, timeZone, nextMs = 0 }: Schedule,
  now: Date,
  { tools, signal }: Running,
): Promise<ScheduleRun> {
  const nowMs = now.getTime();
  const { newestMs, followingMs } = timesDue({ cron, timeZone, dueMs: nextMs }, { sinceMs: nowMs - MADE_UP_MS, nowMs });
  const after = { dueMs: nextMs, atMs: newestMs ?? nextMs, ...(followingMs === undefined ? {} : { nextMs: followingMs }) };
  if (newestMs === undefined) return { ...after, error: "nobody served at that time" };
  try {
    const client = await tools.engine.clientFor({ tenant });
    const family = await tools.definitions.family(workflowId, client, signal);
    const requestKey = `${id} ${new Date(newestMs).toISOString()}`;
    const execution = await startFamily({ family, inputs, requestKey, client, signal, activeMax: tools.activeMax });
    return { ...after, execution };
  } catch (error) {
    signal.throwIfAborted();
    return { ...after, error: (error instanceof Error ? error.message : String(error)).slice(0, 1_000) };
  }
}
