import { expect, test } from "vitest";
import { linesOf, type LogLine } from "../../test/support/log-lines.ts";
import type { BreakerReading } from "../calls/circuit-breakers.ts";
import type { Labels } from "../ports/metrics.ts";
import { tellOfBreaker } from "./tell-of-breaker.ts";

const ALONE = { server: "s", connection: "s" };
const SECOND = { server: "s", connection: "s#2", tool: "t" };

test.each<readonly [string, BreakerReading, LogLine["level"], string, object, Labels]>([
  ["opens", { ...ALONE, state: "open" }, "warn", "open", { server: "s" }, { server: "s", state: "open" }],
  ["is tried", { ...ALONE, state: "half_open" }, "info", "half open", { server: "s" }, { server: "s", state: "half_open" }],
  ["closes", { ...ALONE, state: "closed" }, "info", "closed", { server: "s" }, { server: "s", state: "closed" }],
  [
    "opens for one tool of a replica",
    { ...SECOND, state: "open" },
    "warn",
    "open",
    { server: "s", replica: "2", tool: "t" },
    { server: "s", replica: "2", state: "open" },
  ],
])("a breaker that %s is counted, and is a warning only when it opens", (_, reading, level, words, fields, labels) => {
  const counted: unknown[] = [];
  const { log, lines } = linesOf("trace");
  tellOfBreaker(reading, { metrics: { count: (name, given) => void counted.push([name, given]) }, log });
  expect(lines).toEqual([{ level, message: `the circuit breaker is ${words}`, fields }]);
  expect(counted).toEqual([["tutti_breaker_changes_total", labels]]);
});
