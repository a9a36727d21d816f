import type { Clock } from "../base/clock.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { TaskGroup } from "../base/task-group.ts";
import { isTuttiError } from "../model/errors.ts";
import type { ExecutionEvent } from "../model/event.ts";
import { UNKNOWN_LABEL } from "../model/metric.ts";
import type { ExecutionSummary } from "../model/execution.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { News } from "../ports/news.ts";
import { lineOf } from "./execution-line.ts";

export interface FollowedExecutionsOptions {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly clock: Pick<Clock, "nowMs">;
  /** What is known of an execution that was begun by an earlier process. */
  readonly summary: (executionId: string) => Promise<ExecutionSummary | undefined>;
}

/** An execution that is driven, and does not wait for a person. */
export interface RunningExecution {
  readonly executionId: string;
  readonly workflowId: string;
  readonly runningMs: Ms;
}

interface Followed {
  readonly workflowId: string;
  readonly startedAtMs: number;
  readonly ids: JsonObject;
  standing: boolean;
}

const NOT_UNDONE_MS = 3_600_000;
/** Whoever has so many to look after need not be told of more. */
const NOT_UNDONE_MAX = 1_000;

/**
 * Follows the executions of a process by its news: counts them, measures how long they take, and tells the log.
 *
 * Disposing stops measuring, and waits for what is being looked up.
 */
export class FollowedExecutions implements AsyncDisposable {
  readonly #options: FollowedExecutionsOptions;
  readonly #followed = new Map<string, Followed>();
  /** With the moment at which they ended; the oldest first. */
  readonly #notUndone = new Map<string, number>();
  readonly #lookups = new TaskGroup();
  readonly #gauge: Disposable;

  constructor(options: FollowedExecutionsOptions) {
    this.#options = options;
    this.#gauge = options.metrics.observe("tutti_executions_running", () => [{ labels: {}, value: this.#followed.size }]);
  }

  /** This process drives an execution again. */
  took(executionId: string): void {
    if (this.#followed.has(executionId)) return;
    this.#lookups.run(async () => {
      const summary = await this.#lookUp(executionId);
      if (summary === undefined || summary.endedAtMs !== undefined || this.#followed.has(executionId)) return;
      this.#follow(executionId, summary, {});
    });
  }

  /** Must be told all news of the executions of this process. */
  heard(news: News): void {
    if (news.type !== "event") return;
    const { executionId, event } = news;
    if (event.type === "execution-started") this.#follow(executionId, { ...event, startedAtMs: event.atMs }, idsIn(event));
    const followed = this.#followed.get(executionId);
    if (followed === undefined) this.took(executionId);
    this.#tell(executionId, event, followed);
    if (event.type === "execution-ended") this.#ended(executionId, event);
    else if (followed !== undefined) followed.standing = standsAfter(event, followed.standing);
  }

  /** Those that wait for a person may wait as long as they like, and are left out. */
  *running(): Generator<RunningExecution> {
    const nowMs = this.#options.clock.nowMs();
    for (const [executionId, { workflowId, startedAtMs, standing }] of this.#followed) {
      if (!standing) yield { executionId, workflowId, runningMs: nowMs - startedAtMs };
    }
  }

  /** Those that ended in the last hour with something that could not be undone: it takes somebody to look at them. */
  *notUndone(): Generator<string> {
    const sinceMs = this.#options.clock.nowMs() - NOT_UNDONE_MS;
    for (const [executionId, endedAtMs] of this.#notUndone) {
      if (endedAtMs > sinceMs) yield executionId;
      else this.#notUndone.delete(executionId);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gauge[Symbol.dispose]();
    await this.#lookups[Symbol.asyncDispose]();
  }

  /** A journal that is broken stops the execution itself, and whoever drives that says so. */
  async #lookUp(executionId: string): Promise<ExecutionSummary | undefined> {
    try {
      return await this.#options.summary(executionId);
    } catch (error) {
      if (isTuttiError(error, "journal.unusable")) return undefined;
      throw error;
    }
  }

  #follow(executionId: string, { workflowId, startedAtMs }: Pick<ExecutionSummary, "workflowId" | "startedAtMs">, ids: JsonObject): void {
    this.#followed.set(executionId, { workflowId, startedAtMs, ids, standing: false });
  }

  #tell(executionId: string, event: ExecutionEvent, followed: Followed | undefined): void {
    const { log } = this.#options;
    const line = lineOf(event);
    if (line === undefined || !log.enabled(line.level)) return;
    const durationMs = event.type === "execution-ended" && followed !== undefined ? event.atMs - followed.startedAtMs : undefined;
    const about = defined({ execution_id: executionId, workflow_id: followed?.workflowId, ...followed?.ids, duration_ms: durationMs });
    log.write(line.level, line.message, { ...about, ...line.fields });
  }

  #ended(executionId: string, { atMs, outcome }: ExecutionEvent & { readonly type: "execution-ended" }): void {
    const followed = this.#followed.get(executionId);
    this.#followed.delete(executionId);
    if (outcome === "rollback_failed" && this.#notUndone.size < NOT_UNDONE_MAX) this.#notUndone.set(executionId, atMs);
    // One that ends with its first news here has not been looked up yet.
    const workflow = followed?.workflowId ?? UNKNOWN_LABEL;
    this.#options.metrics.count("tutti_executions_total", { workflow, outcome });
    if (followed !== undefined) {
      this.#options.metrics.record("tutti_execution_duration_seconds", { workflow }, (atMs - followed.startedAtMs) / 1_000);
    }
  }
}

function idsIn({ meta }: ExecutionEvent & { readonly type: "execution-started" }): JsonObject {
  return defined({ request_id: meta?.requestId, trace_id: meta?.tracing?.traceId });
}

function standsAfter(event: ExecutionEvent, before: boolean): boolean {
  switch (event.type) {
    case "execution-stood":
    case "execution-paused":
      return true;
    case "execution-moved":
    case "execution-resumed":
      return false;
    default:
      return before;
  }
}
