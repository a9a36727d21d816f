import { join, resolve } from "node:path";

/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a server keeps its files: in `STATE_DIR`, else in `.tutti/servers/NAME` below the working directory. */
export function stateDirectory(name: string, environment: Environment): string {
  return resolve(textSetting(environment, "STATE_DIR") ?? join(".tutti", "servers", name));
}

/** Where servers of one machine hand files to one another: `EXCHANGE_DIR`, else `.tutti/exchange` below the working directory. */
export function exchangeDirectory(environment: Environment): string {
  return resolve(textSetting(environment, "EXCHANGE_DIR") ?? join(".tutti", "exchange"));
}

/** A variable that is set and not empty. */
export function textSetting(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === "" ? undefined : value;
}

/** @throws Error - it is set, and no whole number in the range */
export function numberSetting(environment: Environment, name: string, { fallback, min, max }: NumberRange): number {
  const text = textSetting(environment, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^-?\d{1,15}$/.test(text) || value < min || value > max) {
    throw new Error(`${name} is "${text}": a whole number from ${min} to ${max} is wanted`);
  }
  return value;
}

export interface NumberRange {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

/** What a variable lists, separated by commas. */
export function listSetting(environment: Environment, name: string): readonly string[] {
  return (textSetting(environment, name) ?? "").split(",").flatMap((part) => part.trim() || []);
}
