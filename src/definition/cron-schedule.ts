import { report, wrongType } from "./reading.ts";
import type { Reading } from "./reading.ts";
import type { ValueType } from "./value-type.ts";
import { quoted } from "../base/visible.ts";

const FIELDS = [
  { name: "minute", min: 0, max: 59, stepMax: 60, names: "" },
  { name: "hour", min: 0, max: 23, stepMax: 24, names: "" },
  { name: "day of the month", min: 1, max: 31, stepMax: 31, names: "" },
  { name: "month", min: 1, max: 12, stepMax: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec" },
  { name: "day of the week", min: 0, max: 7, stepMax: 7, names: "sun mon tue wed thu fri sat" },
] as const;

type CronField = (typeof FIELDS)[number];

/**
 * Five cron fields: numbers, names, `*`, ranges, lists, and steps of `*` and of ranges. Whether the moment ever comes is not
 * looked at.
 */
export const cronSchedule: ValueType<string> = {
  read(value, reading) {
    if (typeof value !== "string") return wrongType(reading, EXPECTED, value);
    const parts = value.trim().split(/\s+/);
    if (parts.length !== FIELDS.length || value.length > 200) return wrongType(reading, EXPECTED, value);
    const wrong = FIELDS.map((field, index) => fieldProblem(parts[index] ?? "", field)).filter((problem) => problem !== undefined);
    for (const problem of wrong) reportField(value, problem, reading);
    return wrong.length === 0 ? value : undefined;
  },
  print: (value) => value,
  schema: () => ({ type: "string", pattern: "^\\s*\\S+(\\s+\\S+){4}\\s*$" }),
};

const EXPECTED = 'five cron fields (minute, hour, day, month, weekday) such as "0 7 * * *"';

interface FieldProblem {
  readonly part: string;
  readonly field: CronField;
}

function reportField(text: string, { part, field }: FieldProblem, reading: Reading): void {
  const message = `${quoted(part)} is no ${field.name}: write "*" or ${field.min} to ${field.max}, also as "a-b", "a,b", "*/n" or "a-b/n" with n up to ${field.stepMax}`;
  report(reading, "invalid-schedule", message, { range: { offset: text.indexOf(part), length: part.length } });
}

function fieldProblem(part: string, field: CronField): FieldProblem | undefined {
  return part.split(",").every((entry) => isEntry(entry, field)) ? undefined : { part, field };
}

function isEntry(entry: string, field: CronField): boolean {
  const [range = "", step, ...more] = entry.split("/");
  if (more.length > 0 || (step !== undefined && !isStep(step, field))) return false;
  if (range === "*") return true;
  // Where the steps of a single number end is not the same in every cron.
  if (step !== undefined && !range.includes("-")) return false;
  const ends = range.split("-").map((end) => cronNumber(end, field));
  const [from = Number.NaN, to = from] = ends;
  return ends.length <= 2 && !ends.includes(undefined) && from <= to;
}

function isStep(text: string, { stepMax }: CronField): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) >= 1 && Number(text) <= stepMax;
}

function cronNumber(text: string, { min, max, names }: CronField): number | undefined {
  const named = text === "" ? -1 : names.split(" ").indexOf(text.toLowerCase());
  const value = named >= 0 ? named + min : /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= min && value <= max ? value : undefined;
}
