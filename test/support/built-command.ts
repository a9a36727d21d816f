import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

/** The product as it is installed: the command that `npm run build` has made. */
export const COMMAND: string = resolve(import.meta.dirname, "../../bin/tutti.js");

/** What a command left behind. */
export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, and that disposing kills with SIGKILL. */
export interface RunningCommand extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the first match of the pattern in what it has printed so far; rejects when it ends without one. */
  printed(pattern: RegExp, stream?: "stdout" | "stderr"): Promise<RegExpExecArray>;
}

/** Environment variables for a command, beside our own. */
export type Environment = Readonly<Record<string, string>>;

/** Starts `tutti` with these arguments in a directory. Nothing of our own environment that begins with TUTTI_ reaches it. */
export function startCommand(args: readonly string[], directory: string, environment: Environment = {}): RunningCommand {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TUTTI_")));
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    env: { ...own, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  const finished = new Promise<Finished>((resolveFinished, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolveFinished({ exitCode, signal, ...texts }));
  });
  return {
    process: child,
    finished,
    async printed(pattern, stream = "stdout") {
      for (;;) {
        const match = pattern.exec(texts[stream]);
        if (match !== null) return match;
        const more = once(child[stream], "data").then(() => true);
        if (!(await Promise.race([more, finished.then(() => false)]))) throw new Error(`it never printed ${pattern}: ${texts[stream]}`);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await finished;
    },
  };
}

/** Runs `tutti` to its end. */
export async function runCommand(args: readonly string[], directory: string, environment: Environment = {}): Promise<Finished> {
  await using command = startCommand(args, directory, environment);
  return await command.finished;
}

/** The path of a file of the repository. */
export function inRepository(path: string): string {
  return join(resolve(import.meta.dirname, "../.."), path);
}
