/** What a pattern is: text in which `*` stands for anything but `/` and `:`, and `**` for anything at all. */
export const PATTERN_CHARACTERS_MAX = 200;

/** Whether a pattern fits the whole of a text. Takes at most their lengths multiplied, whatever they are. */
export function matches(pattern: string, text: string): boolean {
  // The `*` alone means everything, as whoever writes it means.
  const tokens = tokensOf(pattern === "*" ? "**" : pattern);
  let places = closure(new Set([0]), tokens);
  for (const character of text) {
    const next = new Set<number>();
    for (const place of places) {
      const token = tokens[place];
      if (token === "**" || (token === "*" && character !== "/" && character !== ":")) next.add(place);
      else if (token === character) next.add(place + 1);
    }
    places = closure(next, tokens);
    if (places.size === 0) return false;
  }
  return places.has(tokens.length);
}

/** Wildcards are tokens of their own: no character of a text is equal to `**`, and a `*` of a text only fits a wildcard. */
function tokensOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\*\*|./gsu)].map(([token]) => token);
}

/** A wildcard may also stand for nothing. */
function closure(places: ReadonlySet<number>, tokens: readonly string[]): ReadonlySet<number> {
  const all = new Set(places);
  for (const place of all) if (tokens[place]?.startsWith("*") === true) all.add(place + 1);
  return all;
}
