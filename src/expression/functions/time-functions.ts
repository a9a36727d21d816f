import { parseDuration } from "../../base/duration.ts";
import { isNumber, timestampOf, toDouble } from "../values/arithmetic.ts";
import { fail } from "../values/evaluation.ts";
import { describeKind, Duration, Timestamp, type Value } from "../values/value.ts";
import { argumentAt, timestampAt, type ExpressionFunction } from "./function-call.ts";

/** Times. There is no function for the present moment: an expression has the same value whenever it is evaluated. */
export const TIME_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: "timestamp",
    form: "function",
    arity: [1, 1],
    usage: "timestamp(value)",
    returns: "timestamp",
    summary: 'A moment from text as "2026-03-01T12:00:00Z" or from seconds since 1970. In JSON it is text again.',
    run: (call) => toTimestamp(argumentAt(call, 0)),
  },
  {
    name: "duration",
    form: "function",
    arity: [1, 1],
    usage: "duration(text)",
    returns: "duration",
    summary: 'A length of time from text as "1h30m", to add to a timestamp. In JSON it is text again.',
    run: (call) => toDuration(argumentAt(call, 0)),
  },
  part("getFullYear", "The year, in UTC.", (date) => date.getUTCFullYear()),
  part("getMonth", "The month from 0 to 11, in UTC.", (date) => date.getUTCMonth()),
  part("getDate", "The day of the month from 1 to 31, in UTC.", (date) => date.getUTCDate()),
  part("getDayOfWeek", "The day of the week from 0 (Sunday) to 6, in UTC.", (date) => date.getUTCDay()),
  part("getHours", "The hour from 0 to 23, in UTC.", (date) => date.getUTCHours()),
  part("getMinutes", "The minute from 0 to 59.", (date) => date.getUTCMinutes()),
  part("getSeconds", "The second from 0 to 59.", (date) => date.getUTCSeconds()),
  part("getMilliseconds", "The millisecond from 0 to 999.", (date) => date.getUTCMilliseconds()),
];

function toTimestamp(value: Value): Timestamp {
  if (value instanceof Timestamp) return value;
  if (isNumber(value)) return timestampOf(Math.round(toDouble(value) * 1_000));
  if (typeof value !== "string") return fail(`timestamp() needs a string or a number of seconds, not ${describeKind(value)}`);
  const complete = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.test(value);
  const epochMs = complete ? Date.parse(value.toUpperCase()) : Number.NaN;
  return Number.isNaN(epochMs) ? fail('timestamp() needs a text such as "2026-03-01T12:00:00Z"') : timestampOf(epochMs);
}

function toDuration(value: Value): Duration {
  if (value instanceof Duration) return value;
  if (typeof value !== "string") return fail(`duration() needs a string such as "1h30m", not ${describeKind(value)}`);
  const negative = value.startsWith("-");
  const ms = parseDuration(negative ? value.slice(1) : value);
  return ms === undefined ? fail('duration() needs a text such as "90s" or "1h30m"') : new Duration(negative ? -ms : ms);
}

function part(name: string, summary: string, read: (date: Date) => number): ExpressionFunction {
  return {
    name,
    form: "method",
    arity: [1, 1],
    usage: `timestamp.${name}()`,
    returns: "int",
    summary,
    run: (call) => BigInt(read(new Date(timestampAt(call, 0).epochMs))),
  };
}
