const CHARACTERS_MAX = 100;

/** Those that `Date.parse` knows, at the end of a date. */
const ZONE = /(?:[+-]\d{2}:?\d{2}|\b(?:UTC?|GMT|[ECMP][SD]T)|\dZ|\bZ)(?:\s*\([^()]*\))?$/i;

/**
 * What a date of a feed says, in milliseconds since 1970; not a number when it is none. One that says no zone, or one that
 * nobody knows here, is in UTC: `Date.parse` would take the zone of this machine, or nothing.
 */
export function feedTimeMs(date: string): number {
  if (date.length > CHARACTERS_MAX) return Number.NaN;
  const spaced = date.trim().replace(/^(\d{4}-\d{2}-\d{2})T/i, "$1 ");
  if (ZONE.test(spaced)) return Date.parse(spaced);
  const bare = spaced.replace(/(:\d{2})\s*(?![ap]m$)[a-z/_]+$/i, "$1");
  // A number alone is a date to Date.parse: 5 is a day in May.
  return /\D/.test(bare) ? Date.parse(`${bare} UTC`) : Number.NaN;
}
