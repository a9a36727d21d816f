import { expect, test } from "vitest";
import { timesDue } from "./schedule-times.ts";

const NOW = "2026-03-30T07:30:20Z";
const HOUR_MS = 3_600_000;

test.each<readonly [string, { cron?: string; timeZone?: string; due: string }, readonly [string | undefined, string | undefined]]>([
  ["one that has just come", { cron: "30 7 * * *", due: "2026-03-30T07:30:00Z" }, ["2026-03-30T07:30:00Z", "2026-03-31T07:30:00Z"]],
  ["the newest of many", { cron: "*/5 * * * *", due: "2026-03-30T05:00:00Z" }, ["2026-03-30T07:30:00Z", "2026-03-30T07:35:00Z"]],
  [
    "that of today, when the day before was missed too",
    { cron: "0 7 * * *", due: "2026-03-28T07:00:00Z" },
    ["2026-03-30T07:00:00Z", "2026-03-31T07:00:00Z"],
  ],
  ["none that is too long ago", { cron: "0 6 * * *", due: "2026-03-28T06:00:00Z" }, [undefined, "2026-03-31T06:00:00Z"]],
  [
    "that of the clock on the wall, across the change to summer time",
    { cron: "0 9 * * *", timeZone: "Europe/Berlin", due: "2026-03-28T08:00:00Z" },
    ["2026-03-30T07:00:00Z", "2026-03-31T07:00:00Z"],
  ],
  ["one that comes once", { due: "2026-03-30T06:31:00Z" }, ["2026-03-30T06:31:00Z", undefined]],
  ["not one that should have come once, too long ago", { due: "2026-03-30T06:30:00Z" }, [undefined, undefined]],
])("of times that have come it takes %s", (_, { cron, timeZone = "UTC", due }, [newest, following]) => {
  const nowMs = Date.parse(NOW);
  const times = timesDue({ cron, timeZone, dueMs: Date.parse(due) }, { sinceMs: nowMs - HOUR_MS, nowMs });
  const ms = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));
  expect([times.newestMs, times.followingMs]).toEqual([ms(newest), ms(following)]);
});
