import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { present } from "../../src/base/assert.ts";

/** A program of this folder that writes to a directory and says line by line what is written. Disposing kills it. */
export class WritingChild implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;
  readonly #ended: Promise<unknown>;

  constructor(program: string, directory: string, count: number) {
    const file = fileURLToPath(new URL(program, import.meta.url));
    this.#process = spawn(process.execPath, [file, directory, String(count)], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: present(this.#process.stdout, "stdout is a pipe") })[Symbol.asyncIterator]();
    this.#ended = once(this.#process, "exit");
  }

  get pid(): number {
    return present(this.#process.pid, "the process has been started");
  }

  /** Waits for the first line, which says that it can begin. */
  async ready(): Promise<void> {
    await this.lines(1);
  }

  /** Lets one begin that waits for this. */
  begin(): void {
    present(this.#process.stdin, "stdin is a pipe").write("go\n");
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
