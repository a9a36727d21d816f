import fc from "fast-check";
import { expect, test } from "vitest";
import { ALERT_RULES } from "./alert-rules.ts";
import type { AlertReading } from "./alert-rules.ts";
import { AlertStates } from "./alert-states.ts";

const SLOW: AlertReading = { alert: "high_latency", subject: "shop", server: "shop", value: 1.5 };
const WELL: AlertReading = { ...SLOW, value: 1 };

/** What is told at each of these looks, minute by minute. */
function told(looks: readonly (readonly AlertReading[])[]): readonly (readonly string[])[] {
  const states = new AlertStates();
  return looks.map((readings, minute) =>
    states.look(readings, minute * 60_000).map(({ type, alert }) => `${type} ${alert.alert} ${alert.subject}`),
  );
}

test.each([
  { what: "fires once, after it has lasted", looks: [[SLOW], [SLOW], [SLOW], [SLOW], [SLOW], [SLOW], [SLOW]], at: [5], resolvedAt: [] },
  { what: "is not told of what is over in time", looks: [[SLOW], [SLOW], [SLOW], [SLOW], [WELL], [SLOW], [SLOW]], at: [], resolvedAt: [] },
  { what: "the threshold itself is well", looks: [[WELL], [WELL], [WELL], [WELL], [WELL], [WELL], [WELL]], at: [], resolvedAt: [] },
  {
    what: "is resolved at the first good look",
    looks: [[SLOW], [SLOW], [SLOW], [SLOW], [SLOW], [SLOW], [WELL], [WELL]],
    at: [5],
    resolvedAt: [6],
  },
  {
    what: "is resolved when there is nothing to measure",
    looks: [[SLOW], [SLOW], [SLOW], [SLOW], [SLOW], [SLOW], []],
    at: [5],
    resolvedAt: [6],
  },
])("an alert $what", ({ looks, at, resolvedAt }) => {
  const changes = told(looks);
  expect(changes.flatMap((lines, minute) => (lines.includes("firing high_latency shop") ? [minute] : []))).toEqual(at);
  expect(changes.flatMap((lines, minute) => (lines.includes("resolved high_latency shop") ? [minute] : []))).toEqual(resolvedAt);
});

test("subjects are apart, and so are alerts about one subject", () => {
  const other = { ...SLOW, subject: "mail", server: "mail" };
  const down: AlertReading = { alert: "server_down", subject: "shop", server: "shop", value: 1 };
  const changes = told([[SLOW], [SLOW, other, down], [SLOW, other, down], [SLOW, other], [SLOW, other], [SLOW, other], [SLOW, other]]);
  expect(changes).toEqual([
    [],
    [],
    ["firing server_down shop"],
    ["resolved server_down shop"],
    [],
    ["firing high_latency shop"],
    ["firing high_latency mail"],
  ]);
});

test("what fires says since when, what was measured last, and against what", () => {
  const states = new AlertStates();
  for (let minute = 0; minute <= 6; minute += 1) states.look([{ ...SLOW, value: 2 + minute }], minute * 60_000);
  expect(states.firing()).toEqual([{ ...SLOW, value: 8, threshold: 1, lastedMs: 360_000 }]);
});

test("whatever happens, an alert fires exactly when its condition has held long enough, and every end is told", () => {
  const look = fc.record({ bad: fc.boolean(), afterMs: fc.integer({ min: 1, max: 200_000 }) });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 40 }), (looks) => {
      const states = new AlertStates();
      let atMs = 0;
      let badSinceMs: number | undefined;
      let firing = false;
      for (const { bad, afterMs } of looks) {
        atMs += afterMs;
        badSinceMs = bad ? (badSinceMs ?? atMs) : undefined;
        const expected = badSinceMs !== undefined && atMs - badSinceMs >= ALERT_RULES.high_latency.forMs;
        const changes = states.look([bad ? SLOW : WELL], atMs).map(({ type }) => type);
        expect(changes).toEqual(expected === firing ? [] : [expected ? "firing" : "resolved"]);
        expect(states.firing()).toHaveLength(expected ? 1 : 0);
        firing = expected;
      }
    }),
  );
});
