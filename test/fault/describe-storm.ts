import type { StormResult } from "./storm.ts";
import { slopePerMinute } from "./storm-samples.ts";

const WRONG_MAX = 40;

/** The figures of a storm, for people. */
export function describeStorm(result: StormResult): string {
  const { totals, samples } = result;
  const share = totals.executions === 0 ? 0 : (100 * totals.expected) / totals.executions;
  const first = samples[0];
  const last = samples.at(-1);
  return [
    `seed ${result.seed}, ${(result.durationMs / 1_000).toFixed(0)} s in all, the last execution ended ${(result.drainMs / 1_000).toFixed(1)} s after the last fault`,
    `${totals.executions} executions, ${totals.expected} as expected (${share.toFixed(2)} %)${table(totals.outcomes)}`,
    `${totals.calls} calls, ${totals.retries} retries, ${totals.failovers} failovers, ${totals.hedged} hedged, ${totals.interrupted} interrupted by a kill`,
    `${totals.doubts} calls in doubt: ${totals.verified} settled by a probe, ${totals.asked} by a person; ${totals.fellBack} steps fell back, ${totals.standing} of them after an error answer to what was done all the same; ${totals.refused} starts refused`,
    `Tutti killed ${result.kills} times; what else happened:${table(result.faults)}`,
    `why attempts failed:${table(totals.causes)}`,
    `why steps failed or fell back:${table(totals.failures)}`,
    `memory of the last life: heap ${first?.heapMb.toFixed(1)} MB, then ${last?.heapMb.toFixed(1)} MB, slope ${slopePerMinute(samples, ({ heapMb }) => heapMb).toFixed(2)} MB/min; ` +
      `rss ${first?.rssMb.toFixed(0)} MB, then ${last?.rssMb.toFixed(0)} MB, slope ${slopePerMinute(samples, ({ rssMb }) => rssMb).toFixed(2)} MB/min, of the second half ${slopePerMinute(samples.slice(Math.floor(samples.length / 2)), ({ rssMb }) => rssMb).toFixed(2)}, ${samples.length} samples`,
    `what Tutti added to a call: ${last?.calls.overheadMs.toFixed(2)} ms in the mean, ${last?.calls.overheadP99Ms.toFixed(0)} ms at the 99th percentile of the worst server`,
    `Tutti ready again after a kill: ${result.readyMs.map((ms) => (ms / 1_000).toFixed(1)).join(", ")} s`,
    list("executions that were not as expected", result.unexpected),
    list("acts that arrived late, when a probe had truly said that they had not happened", result.late),
    list("what else is wrong", result.wrong),
  ].join("\n");
}

function table(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].toSorted(([, one], [, other]) => other - one);
  return rows.map(([name, count]) => `\n  ${String(count).padStart(8)}  ${name}`).join("");
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? `${title}: none` : `${title} (${lines.length}):\n  ${lines.slice(0, WRONG_MAX).join("\n  ")}`;
}
