import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import type { OperationClient } from "../client/operation-client.ts";
import type { ExecutionView } from "../contract/execution-report.ts";
import { getExecution } from "../contract/get-execution.ts";
import { watchNews } from "../contract/watch-news.ts";
import type { WatchNewsOutput } from "../contract/watch-news.ts";
import { isTuttiError } from "../model/errors.ts";
import { LOCAL_MACHINE } from "../model/machine.ts";
import type { AnalyticsSettings } from "../model/serve-settings.ts";
import type { Log } from "../ports/log.ts";
import { AnalyticsReporter } from "../telemetry/analytics-reporter.ts";

export interface ReportAnalyticsOptions {
  readonly operations: OperationClient;
  readonly settings: AnalyticsSettings;
  readonly dataDirectory: string;
  readonly log: Log;
}

const WAIT_MS: Ms = 30_000;
const SEND_MS: Ms = 10_000;

/** Reports executions that have ended to the analytics dashboard of a configuration, until it is disposed. */
export function reportAnalytics({ operations, settings, dataDirectory, log }: ReportAnalyticsOptions): AnalyticsReporter {
  return new AnalyticsReporter({
    async ended(after, signal) {
      const { news, position } = await newsAfter(operations, after, signal);
      const roots = news.filter(({ type, parentId }) => type === "ended" && parentId === undefined);
      return { executionIds: roots.map(({ executionId }) => executionId), position };
    },
    documentOf: async (executionId, signal) => {
      try {
        return documentOf(await operations.call(getExecution, { executionId, includeData: false }, { signal }));
      } catch (error) {
        if (isTuttiError(error, "execution.not-found")) return undefined;
        throw error;
      }
    },
    send: async (document, signal) => await send(settings.url, document, signal),
    progress: progressIn(join(dataDirectory, "analytics.json"), settings.url),
    clock: systemClock,
    log,
    random: Math.random,
  });
}

/** A journal that is older than what was told already is another one: of that, what comes from now on is told. */
async function newsAfter(operations: OperationClient, after: number | undefined, signal: AbortSignal): Promise<WatchNewsOutput> {
  try {
    const from = after === undefined ? {} : { after, waitMs: WAIT_MS };
    return await operations.call(watchNews, { ...from, limit: 1_000 }, { signal });
  } catch (error) {
    if (!isTuttiError(error, "usage")) throw error;
    return await operations.call(watchNews, {}, { signal });
  }
}

/** As dashboards of workflows read it. Times are in milliseconds. */
function documentOf({ executionId, workflowId, outcome, startedAtMs, endedAtMs = startedAtMs, ...view }: ExecutionView): JsonObject {
  const steps = view.steps.filter(({ gate }) => gate === undefined);
  const machines = new Set(steps.filter(({ startedAtMs: began }) => began !== undefined).map(({ machine }) => machine ?? LOCAL_MACHINE));
  return {
    type: "workflow_execution",
    workflow_id: workflowId,
    execution_id: executionId,
    execution_time: endedAtMs - startedAtMs,
    success: outcome === "completed" || outcome === "partial_success",
    outcome: outcome ?? null,
    step_count: steps.filter(({ status }) => status === "completed").length,
    total_steps: steps.length,
    machine_count: Math.max(1, machines.size),
    ended_at: new Date(endedAtMs).toISOString(),
  };
}

async function send(url: string, document: JsonObject, signal: AbortSignal): Promise<boolean> {
  const { host } = new URL(url);
  using limit = deadline(systemClock, signal, SEND_MS, () => new Error(`${host} has not answered within ${SEND_MS / 1_000} s`));
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(document),
    redirect: "error",
    signal: limit.signal,
  }).catch((error: unknown) => {
    limit.signal.throwIfAborted();
    throw new Error(`${host} cannot be reached: ${causeOf(error)}`, { cause: error });
  });
  await response.body?.cancel();
  if (response.ok) return true;
  if (response.status < 500 && response.status !== 408 && response.status !== 429) return false;
  throw new Error(`${host} has answered with ${response.status}`);
}

/** What `fetch` says itself is never more than that it failed. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

/** A dashboard that takes the place of another one is told what comes from now on. */
function progressIn(path: string, url: string): { read(): number | undefined; write(position: number): void } {
  return {
    read() {
      try {
        const kept = JSON.parse(readFileSync(path, "utf8")) as { readonly url?: unknown; readonly position?: unknown };
        return kept.url === url && Number.isSafeInteger(kept.position) ? (kept.position as number) : undefined;
      } catch {
        // There is none yet, or it was cut off.
        return undefined;
      }
    },
    write(position) {
      writeFileSync(`${path}.new`, JSON.stringify({ url, position }), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
  };
}
