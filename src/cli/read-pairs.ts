import { TuttiError } from "../model/errors.ts";

/** Reads `key=value` words; the value may be anything, also empty. The last of several with the same key counts. */
export function readPairs(words: readonly string[], option: string): Readonly<Record<string, string>> {
  const pairs = words.map((word): readonly [string, string] => {
    const at = word.indexOf("=");
    if (at <= 0) throw new TuttiError("usage", `${option} takes key=value, not "${word}"`, {});
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
