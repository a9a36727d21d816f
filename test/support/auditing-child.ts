import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { present } from "../../src/base/assert.ts";

const PROGRAM = fileURLToPath(new URL("auditing-process.ts", import.meta.url));

/** A process that writes to the audit log of a directory. Disposing kills it. */
export class AuditingChild implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(directory: string, count: number) {
    this.#process = spawn(process.execPath, [PROGRAM, directory, String(count)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: present(this.#process.stdout, "stdout is a pipe") })[Symbol.asyncIterator]();
    this.#ended = once(this.#process, "exit");
  }

  /** Waits until the process is about to write. */
  async ready(): Promise<void> {
    await this.lines(1);
  }

  begin(): void {
    present(this.#process.stdin, "stdin is a pipe").write("go\n");
  }

  /** The next entries that it says are written; fewer when it ends before. */
  async lines(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const next = await this.#lines.next();
      if (next.done === true) break;
      lines.push(next.value);
    }
    return lines;
  }

  /** Resolves when it has written all, and gives the exit code. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#process.exitCode;
  }

  /** Kills the process without warning, and gives what it had said and nobody had read. */
  async kill(): Promise<readonly string[]> {
    this.#process.kill("SIGKILL");
    const rest = await this.lines(Number.POSITIVE_INFINITY);
    await this.#ended;
    return rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
  }
}
