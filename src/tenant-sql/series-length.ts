import type { Json } from "../base/json.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60e3,
  hour: 3_600e3,
  day: 86_400e3,
  week: 7 * 86_400e3,
  month: 28 * 86_400e3,
  year: 365 * 86_400e3,
};

/** At most how many rows `generate_series(start, stop, step)` has; not a number when that cannot be told from the values. */
export function seriesLength(limits: readonly (Json | undefined)[]): number {
  const [start, stop, step = 1] = limits;
  if (isNumber(start) && isNumber(stop) && isNumber(step)) {
    return Math.max(0, Math.floor((Number(stop) - Number(start)) / Number(step)) + 1);
  }
  const [from, to, stepMs] = [time(start), time(stop), interval(step)];
  return Math.floor(Math.abs(to - from) / Math.abs(stepMs)) + 1;
}

function isNumber(value: Json | undefined): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d{1,15}$/.test(value));
}

/** Days are read to the day: a day more or less changes no decision. */
function time(value: Json | undefined): number {
  const match = typeof value === "string" ? /^(\d{4}-\d{2}-\d{2})(?:[ T][\d:.]{5,15}(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(value) : null;
  return match === null ? Number.NaN : Date.parse(`${match[1]}T00:00:00Z`);
}

function interval(value: Json | undefined): number {
  const match = typeof value === "string" ? /^(-?\d{1,6}) (minute|hour|day|week|month|year)s?$/.exec(value) : null;
  return match === null ? Number.NaN : Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? Number.NaN);
}
