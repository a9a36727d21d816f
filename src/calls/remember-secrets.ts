import type { Secrets } from "../ports/secrets.ts";

/** Secrets that know which of their values have been given out, and take these out of whatever servers say since then. */
export interface RememberedSecrets extends Secrets {
  /** The text with `[secret NAME]` in place of every value. */
  hide(text: string): string;
  /** Whether there is anything to hide yet. */
  readonly any: boolean;
}

/** Shorter values would blacken half of every text, and are no secrets. */
const HIDDEN_FROM_LENGTH = 4;

/** Of a secret that changes all the time the oldest values are forgotten. */
const VALUES_MAX = 1_000;

/**
 * Remembers the values that are looked up: a server that was given one may repeat it at any time, in the answer to
 * another call, in its progress or in its log, and none of these may carry it on.
 */
export function rememberSecrets(secrets: Secrets): RememberedSecrets {
  const names = new Map<string, string>();
  let longestFirst: readonly (readonly [string, string])[] = [];

  function remember(value: string, name: string): void {
    if (value.length < HIDDEN_FROM_LENGTH || names.has(value)) return;
    names.set(value, name);
    for (const oldest of names.keys()) {
      if (names.size <= VALUES_MAX) break;
      names.delete(oldest);
    }
    // A value that contains another one must go first, or a part of it would stay.
    longestFirst = [...names].sort(([left], [right]) => right.length - left.length);
  }

  return {
    async get(name) {
      const value = await secrets.get(name);
      if (value === undefined) return undefined;
      remember(value, name);
      // As it stands inside a text that is JSON.
      remember(JSON.stringify(value).slice(1, -1), name);
      return value;
    },
    hide: (text) => longestFirst.reduce((clean, [value, name]) => clean.replaceAll(value, `[secret ${name}]`), text),
    get any() {
      return names.size > 0;
    },
  };
}
