import { spawn } from "node:child_process";
import { join } from "node:path";

/** A program of this folder that runs. Disposing kills it with SIGKILL and waits until it is gone. */
export interface MeasuredProcess extends AsyncDisposable {
  /** The first line that it writes to its stdout. */
  readonly line: Promise<string>;
}

/** Starts a program of this folder. */
export function startProcess(file: string, args: readonly string[]): MeasuredProcess {
  // Its stdin ends when we do, in whatever way, and it goes then.
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", (code) => reject(new Error(`${file} ended with exit code ${code} before it said anything`)));
  });
  return {
    line,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
