import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { present } from "../base/assert.ts";
import { childEnvironment } from "../base/child-environment.ts";
import type { Clock } from "../base/clock.ts";
import { groupRuns, guardGroup, signalGroup } from "../base/process-groups.ts";
import { startFailure } from "../base/start-failure.ts";
import type { StdioConnection } from "../model/server.ts";
import { createStderrTail, type StderrTail } from "./stderr-tail.ts";

// Asked by the end of its stdin, then told, then killed; counted from the beginning.
const TOLD_AFTER_MS = 2_000;
const KILLED_AFTER_MS = 4_000;
// A process that even this does not end hangs in the kernel.
const GIVEN_UP_AFTER_MS = 5_000;
const GROUP_POLL_MS = 50;
/** How long the last words of a process that has exited may take to come through the pipe. */
const DRAIN_MS = 250;
/** What a server that does not read may make us keep. */
const UNSENT_BYTES_MAX = 128 * 2 ** 20;

export interface ServerProcessEvents {
  stdout(chunk: Buffer): void;
  /** A whole line. */
  stderr(line: string): void;
  /** The process has ended or can no longer be talked to. Called once, after all of stdout; not after `stop`. */
  gone(end: ProcessEnd): void;
}

/** How a process ended. Both undefined: it lives, but has closed a pipe. */
export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: string;
}

/**
 * A server as a child process, with all processes that it starts.
 *
 * 1. The child leads a process group of its own; whoever it starts is in it.
 * 2. `gone` is told at most once, and never after `stop`.
 * 3. When `stop` resolves no process of the group is left.
 */
export class ServerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #clock: Clock;
  readonly #events: ServerProcessEvents;
  readonly #stderr: StderrTail;
  readonly #groupId: number;
  readonly #guard: Disposable;
  #end: ProcessEnd | undefined;
  #stopping: Promise<void> | undefined;
  #drain: Disposable | undefined;
  #drained = false;
  #told = false;

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, clock: Clock, events: ServerProcessEvents) {
    this.#child = child;
    this.#clock = clock;
    this.#events = events;
    this.#stderr = createStderrTail((line) => events.stderr(line));
    this.#groupId = present(child.pid, "a process that has been started has an id");
    this.#guard = guardGroup(this.#groupId);
    child.stdout.on("data", (chunk: Buffer) => events.stdout(chunk));
    child.stderr.on("data", (chunk: Buffer) => this.#stderr.push(chunk));
    child.stdout.on("close", () => {
      this.#drained = true;
      this.#tellSoon();
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on("error", () => this.#tellSoon());
    child.on("error", () => this.#tellSoon());
    child.on("exit", (exitCode, signal) => {
      this.#end = { ...(exitCode === null ? {} : { exitCode }), ...(signal === null ? {} : { signal }) };
      this.#tellSoon();
    });
  }

  /** @throws Error - with the reason why it could not be started */
  static start(connection: StdioConnection, clock: Clock, events: ServerProcessEvents): Promise<ServerProcess> {
    const child = spawn(connection.command, [...connection.args], {
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
      env: childEnvironment(connection.env),
      ...(connection.cwd === undefined ? {} : { cwd: connection.cwd }),
    });
    return new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new Error(startFailure(connection, error), { cause: error })));
      child.once("spawn", () => resolve(new ServerProcess(child, clock, events)));
    });
  }

  /** How it ended; undefined while it lives. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** The last lines of its stderr. */
  stderr(): readonly string[] {
    return this.#stderr.lines();
  }

  /** False when nothing was written, because the process does not take anything any more. */
  write(text: string): boolean {
    const { stdin } = this.#child;
    if (this.#end !== undefined || this.#stopping !== undefined || !stdin.writable || stdin.writableLength > UNSENT_BYTES_MAX) return false;
    stdin.write(text);
    return true;
  }

  /** Ends all processes of the group: asks, tells, kills. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#told = true;
    this.#drain?.[Symbol.dispose]();
    this.#child.stdin.end();
    await this.#untilGroupIsGone();
    this.#guard[Symbol.dispose]();
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.destroy();
  }

  async #untilGroupIsGone(): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    let asked = true;
    while (this.#end === undefined || groupRuns(this.#groupId)) {
      const elapsedMs = this.#clock.monotonicMs() - startMs;
      if (elapsedMs >= GIVEN_UP_AFTER_MS) return;
      if (elapsedMs >= KILLED_AFTER_MS) this.#signal("SIGKILL");
      else if (elapsedMs >= TOLD_AFTER_MS && asked) {
        this.#signal("SIGTERM");
        asked = false;
      }
      await this.#exitOrPoll();
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (process.platform === "win32") this.#child.kill(signal);
    else signalGroup(this.#groupId, signal);
  }

  /** Wakes as soon as the child exits, or to look again. */
  #exitOrPoll(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer[Symbol.dispose]();
        this.#child.off("exit", wake);
        resolve();
      };
      const timer = this.#clock.after(GROUP_POLL_MS, wake);
      if (this.#end === undefined) this.#child.once("exit", wake);
    });
  }

  /**
   * At once when both its exit and all of its output are known. One of the two may never come (a grandchild holds the
   * pipe, a process closes its stdout and lives on), so the other waits for it only a moment.
   */
  #tellSoon(): void {
    if (this.#told) return;
    if (this.#end !== undefined && this.#drained) this.#tell();
    else this.#drain ??= this.#clock.after(DRAIN_MS, () => this.#tell());
  }

  #tell(): void {
    this.#told = true;
    this.#drain?.[Symbol.dispose]();
    this.#events.gone(this.#end ?? {});
  }
}
