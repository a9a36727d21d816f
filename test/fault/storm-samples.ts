import type { Sample } from "./storm-messages.ts";

/** How something grows, per minute: the line that is nearest to all samples, from the third on because the first ones are of a process that still warms up. */
export function slopePerMinute(samples: readonly Sample[], read: (sample: Sample) => number): number {
  const used = samples.slice(Math.min(2, Math.floor(samples.length / 4)));
  if (used.length < 3) return 0;
  const minutes = used.map(({ atMs }) => atMs / 60_000);
  const values = used.map(read);
  const middle = mean(minutes);
  const level = mean(values);
  const spread = minutes.reduce((sum, minute) => sum + (minute - middle) ** 2, 0);
  const together = minutes.reduce((sum, minute, place) => sum + (minute - middle) * ((values[place] ?? level) - level), 0);
  return spread === 0 ? 0 : together / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What there is more of than there was, by kind, beyond what the pools of idle connections may keep. */
export function grown(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>, slack: number): readonly string[] {
  return Object.entries(after).flatMap(([kind, count]) => {
    const more = count - (before[kind] ?? 0);
    return more > slack ? [`${more} more ${kind} (${before[kind] ?? 0}, then ${count})`] : [];
  });
}

/** Long enough to tell a leak from what a process comes to know in its first minutes. */
const LONG_MS = 5 * 60_000;
const HEAP_MB_PER_MINUTE_MAX = 0.5;
const HEAP_GROWTH_MB_MAX = 40;
/** Of the second half. What a process got from the system it seldom gives back: it grows in steps, with the highest load so far. */
const RSS_MB_PER_MINUTE_MAX = 15;

/** Whether memory was flat: by its slope when it was looked at for long, else by its bounds. */
export function memoryFaults(samples: readonly Sample[]): readonly string[] {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return [];
  const slope = slopePerMinute(samples, ({ heapMb }) => heapMb);
  if (last.atMs - first.atMs > LONG_MS) {
    const late = slopePerMinute(samples.slice(Math.floor(samples.length / 2)), ({ rssMb }) => rssMb);
    return [
      ...(slope <= HEAP_MB_PER_MINUTE_MAX ? [] : [`the heap grows by ${slope.toFixed(2)} MB per minute`]),
      ...(late <= RSS_MB_PER_MINUTE_MAX ? [] : [`the memory of the process still grows by ${late.toFixed(2)} MB per minute`]),
    ];
  }
  const growth = last.heapMb - first.heapMb;
  return growth <= HEAP_GROWTH_MB_MAX ? [] : [`the heap has grown by ${growth.toFixed(0)} MB`];
}
