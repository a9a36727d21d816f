import { setTimeout as sleep } from "node:timers/promises";
import { ToolError } from "tutti/server";
import type { Schedule, ScheduleRun, ScheduleStore } from "./schedule-store.ts";
import { timesDue } from "./schedule-times.ts";
import { startFamily } from "./start-family.ts";
import type { WorkflowTools } from "./workflow-tools.ts";

const LOOK_EVERY_MS = 1_000;
const AT_ONCE = 20;
const AGAIN_MS = 2_000;

/** A time that passed while nobody served is made up if it is not longer ago than this. */
const MADE_UP_MS = 3_600_000;

/**
 * Executes workflows at the times of their schedules, until it is disposed.
 *
 * 1. An execution has the time for its request key: neither a crash nor a second process executes it twice.
 * 2. Of all times that passed while nobody served, one is made up, if it is of the last hour.
 * 3. What passes by itself, such as too many executions, is waited for so long too.
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
      await Promise.all(due.map(async (schedule) => await runOne(schedule, now, { tools, schedules, signal })));
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
  readonly schedules: ScheduleStore;
  readonly signal: AbortSignal;
}

async function runOne(schedule: Schedule, now: Date, { tools, schedules, signal }: Running): Promise<void> {
  const { id, tenant, workflowId, inputs, cron, timeZone, nextMs = 0, lastError } = schedule;
  const nowMs = now.getTime();
  const { newestMs, followingMs } = timesDue({ cron, timeZone, dueMs: nextMs }, { sinceMs: nowMs - MADE_UP_MS, nowMs });
  const ran = (outcome: Pick<ScheduleRun, "execution" | "error">): void =>
    schedules.ran(id, {
      dueMs: nextMs,
      atMs: newestMs ?? nextMs,
      ...(followingMs === undefined ? {} : { nextMs: followingMs }),
      ...outcome,
    });
  if (newestMs === undefined) {
    ran({ error: schedule.putOff ? (lastError ?? "") : "nobody served at that time" });
    return;
  }
  let execution: string;
  try {
    const client = await tools.engine.clientFor({ tenant });
    const family = await tools.definitions.family(workflowId, client, signal);
    const requestKey = `${id} ${new Date(newestMs).toISOString()}`;
    execution = await startFamily({ family, inputs, requestKey, client, signal, activeMax: tools.activeMax });
  } catch (error) {
    signal.throwIfAborted();
    const told = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    if (error instanceof ToolError && error.error.type === "External") schedules.again(id, { againMs: nowMs + AGAIN_MS, error: told });
    else ran({ error: told });
    return;
  }
  ran({ execution });
}
