import type { Json } from "../../src/base/json.ts";
import type { Log, LogLevel } from "../../src/ports/log.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}

const LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

/** A log that takes lines from this level on, and the lines that it has taken. */
export function linesOf(lowest: LogLevel): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const enabled = (level: LogLevel): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(lowest);
  return {
    lines,
    log: {
      enabled,
      write(level, message, fields = {}) {
        if (enabled(level)) lines.push({ level, message, fields });
      },
    },
  };
}
