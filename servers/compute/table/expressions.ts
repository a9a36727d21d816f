import type { Column } from "./columns.ts";
import { quoted } from "./sql-text.ts";

const FRACTIONS = /^(FLOAT|DOUBLE|DECIMAL|REAL)/;
const NUMBERS = /^(FLOAT|DOUBLE|DECIMAL|REAL|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)/;

/** An id as text: 42 and 42.0 are `42`, and text is what it is. NULL for what is none, as a number that is no number is. */
export function idText({ name, type }: Column): string {
  const column = quoted(name);
  if (type === "VARCHAR") return `nullif(${column}, '')`;
  if (!FRACTIONS.test(type)) return `CAST(${column} AS VARCHAR)`;
  // 2^53: beyond it a DOUBLE does not hold every whole number.
  const whole = `CASE WHEN ${column} = trunc(${column}) AND abs(${column}) < 9007199254740992 THEN CAST(CAST(${column} AS BIGINT) AS VARCHAR)`;
  return `${whole} WHEN isfinite(CAST(${column} AS DOUBLE)) THEN CAST(${column} AS VARCHAR) END`;
}

/** A value as a number; NULL for what is none. */
export function numberOf({ name }: Column): string {
  return `TRY_CAST(TRY_CAST(${quoted(name)} AS VARCHAR) AS DOUBLE)`;
}

/**
 * A time, in UTC; NULL for what is none. Numbers are seconds since 1970, or milliseconds where seconds would be after the year
 * 5138. In text, as all of CSV is, they have 9 digits at least: fewer may be a year or a date.
 */
export function timeOf({ name, type }: Column): string {
  const column = quoted(name);
  if (NUMBERS.test(type)) return timeOfNumber(`CAST(${column} AS DOUBLE)`);
  if (type !== "VARCHAR") return `TRY_CAST(${column} AS TIMESTAMP)`;
  // With a time zone first: TIMESTAMP takes what is written, and leaves out that it was +02:00.
  const written = `CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP)`;
  const number = `TRY_CAST(CASE WHEN regexp_full_match(trim(${column}), '[0-9]{9,13}([.][0-9]+)?') THEN ${column} END AS DOUBLE)`;
  return `coalesce(${written}, ${timeOfNumber(number)})`;
}

function timeOfNumber(number: string): string {
  const seconds = `WHEN ${number} BETWEEN 0 AND 1e11 THEN make_timestamp(CAST(${number} * 1e6 AS BIGINT))`;
  return `CASE ${seconds} WHEN ${number} BETWEEN 1e11 AND 1e14 THEN make_timestamp(CAST(${number} * 1e3 AS BIGINT)) END`;
}

export function isNumber({ type }: Column): boolean {
  return NUMBERS.test(type);
}
