import { type TuttiError, isTuttiError } from "../model/errors.ts";
import { fromSqliteError, isSqliteError, journalUnusable } from "./journal-unusable.ts";
import { UnreadableRow } from "./stored-json.ts";

/**
 * Remembers the first fault of a store and gives it as the answer from then on: after a failed commit or a damaged page
 * nobody knows what the next write would do.
 */
export class FaultLatch {
  readonly #path: string;
  #fault: Error | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Runs a task on the store. Faults of SQLite become `journal.unusable` and stay; other errors pass unchanged. */
  run<T>(task: () => T): T {
    if (this.#fault !== undefined) throw this.#fault;
    try {
      return task();
    } catch (error) {
      this.#fault = this.#translate(error);
      throw this.#fault ?? error;
    }
  }

  /** Answers everything with this error from now on, unless there has been a fault. */
  close(error: Error): void {
    this.#fault ??= error;
  }

  #translate(error: unknown): TuttiError | undefined {
    if (isTuttiError(error, "journal.unusable")) return error;
    if (isSqliteError(error)) return fromSqliteError(this.#path, error);
    if (!(error instanceof UnreadableRow)) return undefined;
    return journalUnusable(this.#path, "damaged", { detail: error.message, cause: error.cause });
  }
}
