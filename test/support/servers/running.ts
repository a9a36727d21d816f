import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

/** Those of these processes that run. One that has ended and waits to be reaped does not. */
export function runningOf(ids: readonly number[]): readonly number[] {
  return ids.filter((id) => {
    try {
      const stat = readFileSync(`/proc/${id}/stat`, "utf8");
      return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
    } catch {
      return false;
    }
  });
}

/** @throws Error - when some still run after the limit */
export async function untilNoneRuns(ids: readonly number[], limitMs: number): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (runningOf(ids).length > 0) {
    if (performance.now() > endMs) throw new Error(`still running: ${runningOf(ids).join(", ")}`);
    await wait(50);
  }
}
