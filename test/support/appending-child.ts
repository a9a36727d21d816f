import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { present } from "../../src/base/assert.ts";

const PROGRAM = fileURLToPath(new URL("appending-process.ts", import.meta.url));

/** A process that owns the journal of a directory and appends to it. Disposing kills it. */
export class AppendingChild implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(directory: string, writers: number) {
    this.#process = spawn(process.execPath, [PROGRAM, directory, String(writers)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: present(this.#process.stdout, "stdout is a pipe") })[Symbol.asyncIterator]();
    this.#ended = once(this.#process, "exit");
  }

  get pid(): number {
    return present(this.#process.pid, "the process has been started");
  }

  /** Waits until the process has the journal. */
  async ready(): Promise<void> {
    await this.lines(1);
  }

  /** The next lines that it says; fewer when it ends before. */
  async lines(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    while (lines.length < count) {
      const next = await this.#lines.next();
      if (next.done === true) break;
      lines.push(next.value);
    }
    return lines;
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
