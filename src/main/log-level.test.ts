import { expect, test } from "vitest";
import { logLevel } from "./log-level.ts";

test.each([
  [{}, "silent"],
  [{ LOG_LEVEL: "debug" }, "debug"],
  [{ LOG_LEVEL: "WARN" }, "warn"],
  [{ LOG_LEVEL: "verbose" }, "silent"],
  [{ LOG_LEVEL: "" }, "silent"],
  [{ LOG_LEVEL: "debug", TUTTI_LOG_LEVEL: "error" }, "error"],
  [{ LOG_LEVEL: "debug", TUTTI_LOG_LEVEL: "" }, "debug"],
  [{ TUTTI_LOG_LEVEL: "silent", LOG_LEVEL: "trace" }, "silent"],
])("%j logs from %s on", (environment, level) => {
  expect(logLevel(environment, "silent")).toBe(level);
});

test("our own variable must name a level", () => {
  expect(() => logLevel({ TUTTI_LOG_LEVEL: "loud" }, "silent")).toThrow(
    'TUTTI_LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "loud"',
  );
});
