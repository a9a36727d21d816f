import { readdir, readFile } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";

/** The variable by which the processes of one run are known, also those that have left its process group. */
export const MARK = "TUTTI_CHECK_RUN";

/** What starts children faster than they are found could keep this busy for ever. */
const ROUNDS_MAX = 100;

/** A process that was killed is there for some milliseconds more, on a busy machine for many. */
const LOOK_AGAIN_MS: Ms = 20;

/**
 * Ends all processes that have the mark in their environment, and waits until they are gone, for some seconds at most.
 * Elsewhere than on Linux nobody can look into that.
 */
export async function endStrays(mark: string, clock: Clock): Promise<void> {
  if (process.platform !== "linux") return;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const strays = await markedProcesses(`${MARK}=${mark}`);
    if (strays.length === 0) return;
    for (const id of strays) kill(id);
    await new Promise<void>((resolve) => void clock.after(LOOK_AGAIN_MS, resolve));
  }
}

async function markedProcesses(variable: string): Promise<readonly number[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const ids = await Promise.all(names.map(async (name) => ((await hasVariable(name, variable)) ? Number(name) : undefined)));
  return ids.filter((id) => id !== undefined);
}

async function hasVariable(name: string, variable: string): Promise<boolean> {
  try {
    return (await readFile(`/proc/${name}/environ`, "latin1")).split("\0").includes(variable);
  } catch {
    // Somebody else's, or it has ended since.
    return false;
  }
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended since.
  }
}
