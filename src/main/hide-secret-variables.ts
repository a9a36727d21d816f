import { isSecretName } from "../calls/secret-name.ts";

/** Shorter values would blacken half of every text, and are no secrets. */
const HIDDEN_FROM_LENGTH = 4;

/** What a program has written, with `[NAME]` in place of the values of variables that are secrets by their names. */
export function hideSecretVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const secrets = Object.entries(variables).filter(([name, value]) => value.length >= HIDDEN_FROM_LENGTH && isSecretName(name));
  // A value that contains another one must go first, or a part of it would stay.
  const longestFirst = secrets.sort(([, left], [, right]) => right.length - left.length);
  return longestFirst.reduce((clean, [name, value]) => clean.replaceAll(value, `[${name}]`), text);
}
