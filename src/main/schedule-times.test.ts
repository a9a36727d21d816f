import fc from "fast-check";
import { expect, test } from "vitest";
import { parseWorkflow } from "../definition/parse-workflow.ts";
import { ScheduleTimes } from "./schedule-times.ts";

const DAY_MS = 86_400_000;
const NOON_MS = new Date(2026, 0, 5, 12).getTime();

function isSchedule(text: string): boolean {
  return parseWorkflow(`id: x\non: { schedule: ${JSON.stringify(text)} }\nsteps: []\n`, "x.yaml").problems.length === 0;
}

test("what a workflow may say can be read", () => {
  const number = fc.integer({ min: 0, max: 62 }).map(String);
  const range = fc.oneof(
    fc.constant("*"),
    number,
    fc.tuple(number, number).map(([from, to]) => `${from}-${to}`),
    fc.constantFrom("mon", "jan-mar"),
  );
  const entry = fc.oneof(
    range,
    fc.tuple(range, number).map(([of, step]) => `${of}/${step}`),
  );
  const field = fc.array(entry, { minLength: 1, maxLength: 2 }).map((entries) => entries.join(","));
  const schedule = fc.oneof(
    fc.tuple(field, fc.nat(4)).map(([text, index]) => ["*", "*", "*", "*", "*"].with(index, text).join(" ")),
    fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(" ")),
  );
  fc.assert(
    fc.property(schedule, (text) => {
      fc.pre(isSchedule(text));
      const unreadable: string[] = [];
      new ScheduleTimes((_, reason) => unreadable.push(reason)).newest(text, 0, NOON_MS);
      expect(unreadable).toEqual([]);
    }),
  );
});

test.each(["5/10 * * * *", "*/61 * * * *", "* */25 * * *", "* * */32 * *", "* * * */13 *", "* * * * */8", "* * * * mon/2"])(
  "%s is refused, because not all crons mean the same by it",
  (text) => {
    expect(isSchedule(text)).toBe(false);
  },
);

test("what is kept of a schedule is what would be found out anew, wherever the time is moved to", () => {
  const kept = new ScheduleTimes(() => undefined);
  const moments = fc.integer({ min: -3 * DAY_MS, max: 3 * DAY_MS });
  fc.assert(
    fc.property(fc.constantFrom("*/5 * * * *", "0 7 * * 1-5", "30 2 * * *"), fc.array(moments), (schedule, offsets) => {
      for (const offset of offsets) {
        const untilMs = NOON_MS + offset;
        const anew = new ScheduleTimes(() => undefined).newest(schedule, untilMs - DAY_MS, untilMs);
        expect(kept.newest(schedule, untilMs - DAY_MS, untilMs)).toBe(anew);
      }
      kept.forgetUnused();
    }),
  );
});

test("a day that never comes is looked for once, not at every look", () => {
  const times = new ScheduleTimes(() => undefined);
  const startMs = performance.now();
  for (let look = 0; look < 10_000; look += 1) {
    expect(times.newest("0 0 30 2 *", 0, NOON_MS + look)).toBeUndefined();
    times.forgetUnused();
  }
  expect(performance.now() - startMs).toBeLessThan(2_000);
});
