import { readdir, readFile } from "node:fs/promises";

/** The variable by which the processes of one run are known, also those that have left its process group. */
export const MARK = "TUTTI_CHECK_RUN";

/** What starts children faster than they are found could keep this busy for ever. */
const ROUNDS_MAX = 5;

/** Ends all processes that have the mark in their environment. Elsewhere than on Linux nobody can look into that. */
export async function endStrays(mark: string): Promise<void> {
  if (process.platform !== "linux") return;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const strays = await markedProcesses(`${MARK}=${mark}`);
    if (strays.length === 0) return;
    for (const id of strays) kill(id);
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
