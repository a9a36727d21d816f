import { parseDuration, printDuration } from "../base/duration.ts";
import type { Ms } from "../base/duration.ts";
import { nearest } from "../base/nearest.ts";
import { parseSize } from "../base/size.ts";
import { PERMISSION } from "../model/permissions.ts";
import { report, subject, wrongType } from "./reading.ts";
import type { ValueType } from "./value-type.ts";
import { quoted, visible } from "../base/visible.ts";

/** Text of one line, at most so many characters long. */
export function text(longest: number = 200): ValueType<string> {
  return textWithout(/\p{Cc}/u, longest);
}

/** Text of several lines, at most so many characters long. */
export function longText(longest: number): ValueType<string> {
  return textWithout(/[^\P{Cc}\n\t]/u, longest);
}

function textWithout(forbidden: RegExp, longest: number): ValueType<string> {
  return {
    read(value, reading) {
      if (typeof value === "number" || typeof value === "boolean") {
        return report(reading, "wrong-type", `${subject(reading.path)} must be text, not a ${typeof value}: put it in quotes`);
      }
      if (typeof value !== "string") return wrongType(reading, "text", value);
      if (value === "") return report(reading, "wrong-type", `${subject(reading.path)} must not be empty`);
      if (value.length > longest) {
        return report(reading, "too-long", `${subject(reading.path)} has ${value.length} characters, at most ${longest} are allowed`);
      }
      const found = forbidden.exec(value)?.[0];
      if (found === undefined) return value;
      return report(
        reading,
        "invalid-text",
        `${subject(reading.path)} must not have the character ${found === "\n" ? "of a new line" : visible(found)} in it`,
      );
    },
    print: (value) => value,
    schema: () => ({ type: "string", minLength: 1, maxLength: longest }),
  };
}

/** Text that follows a pattern; `shaped` says in words what would be right. */
export function textLike(pattern: RegExp, shaped: string, longest: number = 200): ValueType<string> {
  const plain = text(longest);
  return {
    ...plain,
    read(value, reading) {
      const read = plain.read(value, reading);
      if (read === undefined || pattern.test(read)) return read;
      return report(reading, "invalid-text", `${quoted(read)} is not allowed here: ${shaped}`);
    },
    schema: () => ({ type: "string", minLength: 1, maxLength: longest, pattern: pattern.source }),
  };
}

/** What somebody must be allowed to do, or is. */
export const permission: ValueType<string> = textLike(
  PERMISSION,
  'a permission is written "resource:action", such as "payments:charge", or "payments:*" for all of one resource',
);

/** One of a few words. */
export function choice<Word extends string>(...words: readonly Word[]): ValueType<Word> {
  const listed = words.map((word) => quoted(word)).join(", ");
  return {
    read(value, reading) {
      const word = words.find((candidate) => candidate === value);
      if (word !== undefined) return word;
      const suggestion = typeof value === "string" ? nearest(value, words) : undefined;
      if (typeof value !== "string" || suggestion === undefined)
        return wrongType(reading, words.length > 1 ? `one of ${listed}` : listed, value);
      const message = `${subject(reading.path)} cannot be ${quoted(value)} - did you mean ${quoted(suggestion)}?`;
      return report(reading, "unknown-value", message, { suggestion });
    },
    print: (value) => value,
    schema: () => ({ enum: words }),
  };
}

/** True or false. */
export const flag: ValueType<boolean> = {
  read: (value, reading) => (typeof value === "boolean" ? value : wrongType(reading, "true or false", value)),
  print: (value) => value,
  schema: () => ({ type: "boolean" }),
};

/** A number within a range; whole unless said otherwise. */
export function numberIn(range: { readonly min: number; readonly max: number; readonly fractions?: boolean }): ValueType<number> {
  const { min, max, fractions = false } = range;
  const kind = fractions ? "a number" : "a whole number";
  return {
    read(value, reading) {
      if (typeof value !== "number" || (!fractions && !Number.isInteger(value))) return wrongType(reading, kind, value);
      if (value >= min && value <= max) return value;
      return report(reading, "out-of-range", `${subject(reading.path)} must be ${kind} from ${min} to ${max}, not ${value}`);
    },
    print: (value) => value,
    schema: () => ({ type: fractions ? "number" : "integer", minimum: min, maximum: max }),
  };
}

/** How long something takes, in milliseconds. `bareUnitMs` is the unit of a number without one; without it a unit is required. */
export function duration(bareUnitMs?: Ms): ValueType<Ms> {
  return {
    read(value, reading) {
      const written = typeof value === "number" && bareUnitMs !== undefined ? `${value * bareUnitMs}ms` : value;
      if (typeof written === "number") {
        return report(
          reading,
          "wrong-type",
          `${subject(reading.path)} needs a unit: write "${written}s" or "${written}ms" instead of ${written}`,
        );
      }
      const ms = typeof written === "string" ? parseDuration(written) : undefined;
      return ms ?? wrongType(reading, 'a duration of at most ten years such as "30s", "5m" or "1h30m"', value);
    },
    print: printDuration,
    schema: () => ({ anyOf: [DURATION_SCHEMA, ...(bareUnitMs === undefined ? [] : [{ type: "number", minimum: 0 }])] }),
  };
}

const DURATION_SCHEMA = { type: "string", pattern: "^ *([0-9]+(\\.[0-9]+)?[ _]?[A-Za-z]+[ _]?)+ *$" };

/** Whole milliseconds as a number, or a duration with a unit; printed as the number, as keys that end in `_ms` are documented. */
export const milliseconds: ValueType<Ms> = { ...duration(1), print: (value) => value };

/** Bytes: a number, or text such as `"32GB"`. */
export const size: ValueType<number> = {
  read(value, reading) {
    const bytes = typeof value === "number" ? value : parseSize(typeof value === "string" ? value : "");
    if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
    return wrongType(reading, 'a size such as "32GB" or "512MiB"', value);
  },
  print: printExactSize,
  schema: () => ({
    anyOf: [
      { type: "string", pattern: "^ *[0-9]+(\\.[0-9]+)? ?([KkMmGgTt][Ii]?)?[Bb]? *$" },
      { type: "integer", minimum: 0 },
    ],
  }),
};

function printExactSize(bytes: number): string | number {
  for (const [unit, name] of [
    [2 ** 40, "TiB"],
    [1e12, "TB"],
    [2 ** 30, "GiB"],
    [1e9, "GB"],
    [2 ** 20, "MiB"],
    [1e6, "MB"],
  ] as const) {
    if (bytes > 0 && bytes % unit === 0) return `${bytes / unit}${name}`;
  }
  return bytes;
}
