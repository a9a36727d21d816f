import type { Logger } from "pino";
import type { Json } from "../base/json.ts";
import { SILENT } from "../ports/log.ts";
import type { Log, LogLevel } from "../ports/log.ts";

export interface OpenLogOptions {
  /** The lowest level that is written. */
  readonly level: LogLevel | "silent";
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
}

/**
 * Opens a log that gives one line of JSON for each message: `level`, `time`, the fields, and `msg`. Whatever a field
 * holds, a line is one line, and shows no control characters to a terminal.
 */
export async function openLog({ level, write }: OpenLogOptions): Promise<Log> {
  if (level === "silent") return SILENT;
  // Most commands log nothing, and do not wait for it.
  const { pino, stdTimeFunctions } = await import("pino");
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label: string) => ({ level: label }) } };
  const logger: Logger = pino(options, { write: (line: string) => write(escaped(line.trimEnd())) });
  return {
    enabled: (asked) => logger.isLevelEnabled(asked),
    write: (asked, message, fields = {}) => logger[asked](withoutOwnNames(fields), message),
  };
}

/** What JSON lets stand as it is, but what ends a line or steers a terminal in the eyes of some. */
// oxlint-disable-next-line no-control-regex
const DISTURBING = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

function escaped(line: string): string {
  return line.toWellFormed().replaceAll(DISTURBING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const OWN_NAMES = ["level", "time", "msg"];

/** A document with a name twice in it would be read in two ways. */
function withoutOwnNames(fields: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  if (!OWN_NAMES.some((name) => Object.hasOwn(fields, name))) return fields;
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [OWN_NAMES.includes(name) ? `${name}_` : name, value]));
}
