import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** Where `tutti` runs, and what it is told beside its arguments. */
export interface TuttiPlace {
  /** The root of the repository. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Ended {
  /** 128 and the number of the signal when one ended it, as shells have it. */
  readonly exitCode: number;
  readonly stdout: string;
}

/** Runs `tutti` to its end. What it prints goes where ours does, or is kept. */
export async function runTutti(args: readonly string[], { root, environment }: TuttiPlace, shown: boolean): Promise<Ended> {
  const child = spawn(process.execPath, [join(root, "bin/tutti.js"), ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: shown ? "inherit" : ["ignore", "pipe", "ignore"],
  });
  // Ctrl-C reaches both of us: it is Tutti that ends in order, and then we go on to what we have open.
  const pass = (signal: NodeJS.Signals): void => void (signal === "SIGINT" && shown ? undefined : child.kill(signal));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, pass);
  try {
    const ended = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 137)));
    });
    const [stdout, exitCode] = await Promise.all([child.stdout === null ? "" : text(child.stdout), ended]);
    return { exitCode, stdout };
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}
