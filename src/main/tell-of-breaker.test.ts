import { expect, test } from "vitest";
import { linesOf, type LogLine } from "../../test/support/log-lines.ts";
import type { BreakerReading } from "../calls/circuit-breakers.ts";
import type { Labels } from "../ports/metrics.ts";
import { tellOfBreaker } from "./tell-of-breaker.ts";

const ALONE = { server: "s", connection: "s" };
const OF_A_TOOL = { server: "s", connection: "s#2", tool: "t" };

test.each<readonly [string, BreakerReading, Pick<LogLine, "level" | "fields">, Labels]>([
  ["opens", { ...ALONE, state: "open" }, { level: "warn", fields: { server: "s" } }, { server: "s", state: "open" }],
  ["is tried", { ...ALONE, state: "half_open" }, { level: "info", fields: { server: "s" } }, { server: "s", state: "half_open" }],
  ["closes", { ...ALONE, state: "closed" }, { level: "info", fields: { server: "s" } }, { server: "s", state: "closed" }],
  [
    "opens for one tool of a replica",
    { ...OF_A_TOOL, state: "open" },
    { level: "warn", fields: { server: "s", replica: "2", tool: "t" } },
    { server: "s", replica: "2", state: "open" },
  ],
])("a breaker that %s is counted, and is a warning only when it opens", (_, reading, told, labels) => {
  const counted: unknown[] = [];
  const { log, lines } = linesOf("trace");
  tellOfBreaker(reading, { metrics: { count: (name, given) => void counted.push([name, given]) }, log });
  expect(lines).toEqual([{ ...told, message: `the circuit breaker is ${reading.state === "half_open" ? "half open" : reading.state}` }]);
  expect(counted).toEqual([["tutti_breaker_changes_total", labels]]);
});
