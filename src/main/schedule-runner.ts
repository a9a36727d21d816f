import { sleep } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { Semaphore } from "../base/semaphore.ts";
import { TaskGroup } from "../base/task-group.ts";
import { isTuttiError } from "../model/errors.ts";
import type { StoredWorkflowFacts } from "../model/stored-workflow.ts";
import type { Log } from "../ports/log.ts";
import type { WorkflowStore } from "../ports/workflow-store.ts";
import { ScheduleTimes } from "./schedule-times.ts";

/** What starting executions at their time needs. */
export interface ScheduleRunnerPorts {
  readonly workflows: Pick<WorkflowStore, "scheduled">;
  /** Executes a workflow for its tenant; the same key never does it twice. */
  readonly execute: (workflow: StoredWorkflowFacts, requestKey: string, signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS: Ms = 10_000;
/** A time that passed while nobody served is made up if it is not longer ago than this. */
const MADE_UP_MS: Ms = 3_600_000;
/** Executions that are started side by side: planning one may wait for servers that do not answer. */
const AT_ONCE = 8;

/**
 * Executes stored workflows at the times that their `on.schedule` says, in the time zone of this process, until it is
 * disposed.
 *
 * 1. An execution has the time for its request key: no restart and no second look starts it twice.
 * 2. Of the times that passed while nobody served, or the machine slept, only the last hour is looked at, and of those of one workflow only the
 *    newest is made up.
 */
export class ScheduleRunner implements AsyncDisposable {
  readonly #ports: ScheduleRunnerPorts;
  readonly #tasks = new TaskGroup();
  readonly #turns = new Semaphore(AT_ONCE);
  readonly #times: ScheduleTimes;

  constructor(ports: ScheduleRunnerPorts) {
    this.#ports = ports;
    this.#times = new ScheduleTimes((schedule, reason) => ports.log.write("error", "a schedule cannot be read", { schedule, reason }));
    this.#tasks.run(async (signal) => await this.#run(signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    let lookedMs = clock.nowMs() - MADE_UP_MS;
    while (!signal.aborted) {
      const nowMs = clock.nowMs();
      // A clock that was set back makes nobody start what was started before: see 1.
      await this.#startDue(Math.min(lookedMs, nowMs), nowMs, signal);
      lookedMs = nowMs;
      await sleep(clock, LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  async #startDue(lookedMs: number, nowMs: number, signal: AbortSignal): Promise<void> {
    const afterMs = Math.max(lookedMs, nowMs - MADE_UP_MS);
    const starts: Promise<void>[] = [];
    for (const workflow of await this.#ports.workflows.scheduled()) {
      const dueMs = this.#times.newest(workflow.schedule ?? "", Math.max(afterMs, workflow.updatedAtMs), nowMs);
      if (dueMs !== undefined) starts.push(this.#start(workflow, new Date(dueMs).toISOString(), signal));
    }
    this.#times.forgetUnused();
    await Promise.all(starts);
  }

  /** One workflow that cannot be executed must not keep the others from it. */
  async #start(workflow: StoredWorkflowFacts, time: string, signal: AbortSignal): Promise<void> {
    const about = { workflow_id: workflow.workflowId, scheduled_for: time };
    try {
      using _turn = await this.#turns.acquire(signal);
      const executionId = await this.#ports.execute(workflow, `schedule ${workflow.workflowId} ${time}`, signal);
      this.#ports.log.write("info", "an execution was started by its schedule", { ...about, execution_id: executionId });
    } catch (error) {
      if (signal.aborted) return;
      if (!isTuttiError(error) || isTuttiError(error, "journal.unusable")) throw error;
      this.#ports.log.write("error", "a schedule could not start its execution", { ...about, reason: error.message });
    }
  }
}
