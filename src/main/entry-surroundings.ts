import { isAbsolute, resolve } from "node:path";
import { report, within } from "../definition/reading.ts";
import type { Reading } from "../definition/reading.ts";
import { expandVariables } from "./expand-variables.ts";
import type { Variables } from "./expand-variables.ts";

/** What an entry of a configuration file is seen against. */
export interface EntrySurroundings {
  readonly variables: Variables;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** Reads an `env_file`; reports and gives nothing when it cannot be read. */
  readonly readEnvironmentFile: (path: string, reading: Reading) => Readonly<Record<string, string>>;
  /** Reads a file with one secret in it, without the space around it; reports and gives nothing when it cannot be read. */
  readonly readSecretFile: (path: string, reading: Reading) => string | undefined;
  /** Reports when it cannot be read. */
  readonly checkFile: (path: string, reading: Reading) => void;
}

/** Puts in variables; what is wrong with them is reported where it stands. */
export function expanded(value: string, reading: Reading, around: EntrySurroundings): string {
  const { text, faults } = expandVariables(value, around.variables);
  for (const { code, message, offset, length } of faults) report(reading, code, message, { range: { offset, length } });
  return text;
}

/** {@link expanded} for all values of an object. */
export function expandedRecord(
  record: Readonly<Record<string, string>> | undefined,
  reading: Reading,
  around: EntrySurroundings,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record ?? {}).map(([key, value]) => [key, expanded(value, within(reading, key), around)]));
}

/** A path as the file means it. */
export function absolutePath(path: string, { folder }: EntrySurroundings): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}
