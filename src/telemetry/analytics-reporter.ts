import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { retryDelayMs } from "../base/retry-delay.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { Log } from "../ports/log.ts";

/** Executions that have ended, and how far the journal was read for them. */
export interface EndedExecutions {
  /** Of executions that no other has started, the one that ended first comes first. */
  readonly executionIds: readonly string[];
  readonly position: number;
}

export interface AnalyticsReporterPorts {
  /** Waits a while for some after a position; without one from now on. Rejects when the signal aborts. */
  readonly ended: (after: number | undefined, signal: AbortSignal) => Promise<EndedExecutions>;
  /** What is told of an execution; undefined when it has been pruned. */
  readonly documentOf: (executionId: string, signal: AbortSignal) => Promise<JsonObject | undefined>;
  /** Sends it. Rejects when nobody takes it; false when it is refused, and would be again. */
  readonly send: (document: JsonObject, signal: AbortSignal) => Promise<boolean>;
  /** How far executions were told, also by earlier processes. */
  readonly progress: { read(): number | undefined; write(position: number): void };
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

const FIRST_DELAY_MS: Ms = 500;
const LONGEST_DELAY_MS: Ms = 60_000;

/**
 * Tells somebody of each execution that has ended, at least once and in order.
 *
 * What was not told yet is nowhere kept but in the journal: executions never wait for it, and whoever is not there for a
 * day is told afterwards, also by the next process.
 */
export class AnalyticsReporter implements AsyncDisposable {
  readonly #ports: AnalyticsReporterPorts;
  readonly #tasks = new TaskGroup();

  constructor(ports: AnalyticsReporterPorts) {
    this.#ports = ports;
    this.#tasks.run(async (signal) => await this.#run(signal));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { ended, progress } = this.#ports;
    let position = progress.read();
    while (!signal.aborted) {
      const page = await this.#trying("executions that have ended could not be read", signal, async () => await ended(position, signal));
      for (const executionId of page.executionIds) await this.#tell(executionId, signal);
      if (page.position !== position) {
        await this.#trying("how far was reported could not be written down", signal, async () => progress.write(page.position));
      }
      position = page.position;
    }
  }

  async #tell(executionId: string, signal: AbortSignal): Promise<void> {
    const { documentOf, send, log } = this.#ports;
    const wasTaken = await this.#trying("an execution could not be reported", signal, async () => {
      const document = await documentOf(executionId, signal);
      return document === undefined || (await send(document, signal));
    });
    if (!wasTaken) log.write("warn", "the report of an execution was refused", { execution_id: executionId });
  }

  /** Until it succeeds. What fails many times in a row is written to the log once, and its end too. */
  async #trying<T>(what: string, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
    const { clock, log, random } = this.#ports;
    for (let failures = 0; ;) {
      try {
        const result = await attempt();
        if (failures > 0) log.write("info", "reporting goes on", { attempts: failures + 1 });
        return result;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        if (failures === 1) log.write("warn", what, { reason: error instanceof Error ? error.message : String(error) });
        const delayMs = retryDelayMs({ delayMs: FIRST_DELAY_MS, maxDelayMs: LONGEST_DELAY_MS, failures }, random());
        await sleep(clock, delayMs, signal);
      }
    }
  }
}
