import { KeyedLock } from "../engine/keyed-lock.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { ExecutionDriver } from "../operations/execution-driver.ts";

/**
 * The supervisors of this process as one driver: there is one for each set of servers, and all share the journal.
 *
 * D1  An execution is driven by at most one of them. Whatever looks whether it is driven and then begins to drive, or
 *     to write, holds the lock of the execution.
 */
export class Drivers {
  readonly #supervisors = new Set<Supervisor>();
  readonly #locks = new KeyedLock();

  /** The driver for those whose executions run on the servers of this supervisor. */
  driverOf(own: Supervisor): ExecutionDriver {
    this.#supervisors.add(own);
    const driving = (executionId: string): Supervisor | undefined => [...this.#supervisors].find((each) => each.driven(executionId));
    return {
      start: (request) => own.start(request),
      resume: (executionId) => this.#locks.run(executionId, () => (driving(executionId) ?? own).resume(executionId)), // D1
      signal: (executionId, signal) => this.#locks.run(executionId, () => (driving(executionId) ?? own).signal(executionId, signal)), // D1
      driven: (executionId) => driving(executionId) !== undefined,
      settled: (executionId, signal) => (driving(executionId) ?? own).settled(executionId, signal),
      report: (executionId) => (driving(executionId) ?? own).report(executionId),
    };
  }
}
