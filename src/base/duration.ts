/** Whole milliseconds. */
export type Ms = number;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  millisecond: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
};

/** The longest duration that is accepted: ten years. */
const LONGEST_MS: Ms = 3650 * 86_400_000;

/**
 * Reads `"30s"`, `"1h30m"`, `"200ms"`, `"2 days"` or `"30_minutes"`.
 *
 * @returns whole milliseconds, or undefined when the text is no duration between 0 and ten years
 */
export function parseDuration(text: string): Ms | undefined {
  const compact = text.trim().toLowerCase().replaceAll("_", " ");
  if (!/^(\d+(\.\d+)? ?[a-z]+ ?)+$/.test(compact) || compact.length > 60) return undefined;
  let totalMs = 0;
  for (const [, amount = "", unit = ""] of compact.matchAll(/(\d+(?:\.\d+)?) ?([a-z]+)/g)) {
    const unitMs = UNITS_MS[unit] ?? UNITS_MS[unit.replace(/s$/, "")];
    if (unitMs === undefined) return undefined;
    totalMs += Number(amount) * unitMs;
  }
  return totalMs <= LONGEST_MS ? Math.round(totalMs) : undefined;
}

/** Prints a duration so that {@link parseDuration} reads back the same number: `5400000` gives `"1h30m"`. */
export function printDuration(ms: Ms): string {
  if (ms === 0) return "0s";
  let rest = ms;
  let text = "";
  for (const [unit, unitMs] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1_000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return text;
}

/** A duration as a person reads it, in one unit: `"41 ms"`, `"3.4 s"`, `"2 min 5 s"`, `"1 h 30 min"`. */
export function humanDuration(ms: Ms): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const [big, bigName, small, smallName] =
    ms < 3_600_000 ? ([60_000, "min", 1_000, "s"] as const) : ([3_600_000, "h", 60_000, "min"] as const);
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}
