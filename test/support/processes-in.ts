import { existsSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { runningOf } from "./servers/running.ts";

/** The processes that run in a directory: commands that were started there, and servers that are configured there. */
export function processesIn(directory: string): readonly number[] {
  if (!existsSync("/proc")) return [];
  const path = realpathSync(directory);
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return runningOf(ids.filter((id) => workingDirectory(id) === path).map(Number));
}

function workingDirectory(id: string): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/cwd`);
  } catch {
    return undefined;
  }
}
