import { printDuration } from "../base/duration.ts";
import { durationIn } from "../definition/duration-in.ts";
import { choice, flag, numberIn } from "../definition/scalar-types.ts";
import { shape } from "../definition/shape.ts";
import type { Shape } from "../definition/shape.ts";
import type { ValueType } from "../definition/value-type.ts";
import { DEFAULT_BREAKER } from "../model/default-breaker.ts";
import type { BreakerConfig } from "../model/server.ts";

const off = choice("off");
const upTo1000 = numberIn({ min: 1, max: 1_000 });

const keys: Shape<BreakerConfig> = shape<BreakerConfig>("breaker", {
  failures: {
    key: "failures",
    type: upTo1000,
    absent: DEFAULT_BREAKER.failures,
    about: `faults in a row that open it; ${DEFAULT_BREAKER.failures} if not given`,
  },
  recoveryMs: {
    key: "recovery",
    type: durationIn({ minMs: 1, maxMs: 86_400_000 }),
    absent: DEFAULT_BREAKER.recoveryMs,
    about: `how long it stays open; ${printDuration(DEFAULT_BREAKER.recoveryMs)} if not given`,
  },
  halfOpenCalls: {
    key: "half_open_calls",
    type: upTo1000,
    absent: DEFAULT_BREAKER.halfOpenCalls,
    about: `calls that may be on their way at once while it is tried again; ${DEFAULT_BREAKER.halfOpenCalls} if not given`,
  },
  successes: {
    key: "successes",
    type: upTo1000,
    absent: DEFAULT_BREAKER.successes,
    about: `successes that close it; ${DEFAULT_BREAKER.successes} if not given`,
  },
  perTool: {
    key: "per_tool",
    type: flag,
    absent: DEFAULT_BREAKER.perTool,
    about: `true gives each tool a breaker of its own; ${DEFAULT_BREAKER.perTool} if not given`,
  },
});

/** When a replica that keeps failing is left alone: `off`, or the keys of `breaker`. */
export const breakerEntry: ValueType<BreakerConfig | "off"> = {
  ...keys,
  read: (value, reading) => (typeof value === "string" ? off : keys).read(value, reading),
  print: (value) => (value === "off" ? value : keys.print(value)),
  schema: (definitions) => ({ anyOf: [off.schema(definitions), keys.schema(definitions)] }),
};
