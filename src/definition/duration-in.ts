import { printDuration } from "../base/duration.ts";
import type { Ms } from "../base/duration.ts";
import { report, subject } from "./reading.ts";
import { duration } from "./scalar-types.ts";
import type { ValueType } from "./value-type.ts";

/** A duration within a range, in milliseconds. A unit is required. */
export function durationIn({ minMs, maxMs }: { readonly minMs: Ms; readonly maxMs: Ms }): ValueType<Ms> {
  const any = duration();
  return {
    ...any,
    read(value, reading) {
      const ms = any.read(value, reading);
      if (ms === undefined || (ms >= minMs && ms <= maxMs)) return ms;
      const range = `from ${printDuration(minMs)} to ${printDuration(maxMs)}`;
      return report(reading, "out-of-range", `${subject(reading.path)} must be ${range}, not ${printDuration(ms)}`);
    },
  };
}
