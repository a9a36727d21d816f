import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Readable } from "node:stream";
import { present } from "../base/assert.ts";
import { childEnvironment } from "../base/child-environment.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { groupRuns, guardGroup, signalGroup } from "../base/process-groups.ts";
import { startFailure } from "../base/start-failure.ts";
import { createOutputTail, type OutputTail } from "./output-tail.ts";
import { endStrays, MARK } from "./stray-processes.ts";

/** A program with its arguments; no shell reads them. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: Ms;
}

/** What became of a program. */
export interface CommandEnd {
  readonly end:
    | { readonly kind: "exited"; readonly exitCode: number }
    | { readonly kind: "killed"; readonly signal: string }
    | { readonly kind: "timed-out" }
    | { readonly kind: "aborted" }
    | { readonly kind: "not-started"; readonly reason: string };
  /** The last 68 KiB of what it wrote to stdout and stderr. */
  readonly output: string;
  readonly omittedBytes: number;
  readonly durationMs: Ms;
}

const OUTPUT_BYTES_MAX = 68 * 1024;
/** From being told to end to being killed. */
const KILLED_AFTER_MS = 2_000;
/** A process that even this does not end hangs in the kernel. */
const GIVEN_UP_AFTER_MS = 5_000;
const POLL_MS = 50;
/** How long the last words of a program that has exited may take to come through the pipe. */
const DRAIN_MS = 250;

/**
 * Runs a program to its end, or ends it. Nobody can type into it, and of our environment it has only what every program
 * needs. When this resolves, nothing that it has started runs any more. Never rejects.
 */
export async function runCommand(command: Command, clock: Clock, signal: AbortSignal): Promise<CommandEnd> {
  const tail = createOutputTail(OUTPUT_BYTES_MAX);
  const startMs = clock.monotonicMs();
  const ended = (end: CommandEnd["end"]): CommandEnd => ({
    end,
    output: tail.text(),
    omittedBytes: tail.omittedBytes,
    durationMs: Math.round(clock.monotonicMs() - startMs),
  });
  if (signal.aborted) return ended({ kind: "aborted" });
  using limit = deadline(clock, signal, command.timeoutMs, () => new Error("the time is up"));
  const mark = randomUUID();
  const started = await start(command, mark);
  if (typeof started === "string") return ended({ kind: "not-started", reason: started });
  const groupId = present(started.pid, "a process that has been started has an id");
  using _guard = guardGroup(groupId);
  const exit = await untilExit(started, tail, clock, limit.signal);
  await endGroup(groupId, clock, exit === undefined);
  await endStrays(mark, clock);
  for (const stream of [started.stdout, started.stderr]) stream.destroy();
  return ended(exit ?? { kind: limit.expired ? "timed-out" : "aborted" });
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** The reason in words when it cannot be started. */
function start({ command, args, workingDirectory, env }: Command, mark: string): Promise<Child | string> {
  return new Promise((resolve) => {
    try {
      const child = spawn(command, [...args], {
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
        cwd: workingDirectory,
        env: { ...childEnvironment(env), [MARK]: mark },
      });
      child.once("error", (error) => resolve(startFailure({ command, cwd: workingDirectory }, error)));
      child.once("spawn", () => resolve(child));
    } catch (error) {
      // A name or an argument with a zero byte is refused at once.
      resolve((error as Error).message);
    }
  });
}

type Exit = Extract<CommandEnd["end"], { kind: "exited" | "killed" }>;

/** Undefined when the signal came first. */
function untilExit(child: Child, tail: OutputTail, clock: Clock, signal: AbortSignal): Promise<Exit | undefined> {
  return new Promise((resolve) => {
    let drain: Disposable | undefined;
    let exit: Exit | undefined;
    const finish = (): void => {
      drain?.[Symbol.dispose]();
      signal.removeEventListener("abort", finish);
      resolve(exit);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => tail.push(chunk));
      stream.on("error", () => undefined);
    }
    child.on("error", () => undefined);
    child.on("exit", (exitCode, killedBy) => {
      exit = killedBy === null ? { kind: "exited", exitCode: exitCode ?? 0 } : { kind: "killed", signal: killedBy };
      // A process that it left behind may hold the pipes for ever.
      drain = clock.after(DRAIN_MS, finish);
    });
    child.on("close", finish);
    if (signal.aborted) finish();
    else signal.addEventListener("abort", finish, { once: true });
  });
}

/** @param ask - whether it may end by itself before it is killed; what a program leaves behind may not */
async function endGroup(groupId: number, clock: Clock, ask: boolean): Promise<void> {
  if (process.platform === "win32" || !groupRuns(groupId)) return;
  const startMs = clock.monotonicMs();
  signalGroup(groupId, ask ? "SIGTERM" : "SIGKILL");
  while (groupRuns(groupId)) {
    const elapsedMs = clock.monotonicMs() - startMs;
    if (elapsedMs >= GIVEN_UP_AFTER_MS) return;
    if (elapsedMs >= KILLED_AFTER_MS) signalGroup(groupId, "SIGKILL");
    await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve));
  }
}
