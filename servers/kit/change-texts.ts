import type { Json } from "tutti/server";

/**
 * JSON with every text in it changed, the names of members too. What looks for something in the JSON before it is parsed
 * misses what is spelt with escapes, and breaks what it finds in a number: a number that is changed becomes a text here.
 *
 * @param value - no deeper than can be walked through
 */
export function changeTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (typeof value === "number") {
    const text = String(value);
    const changed = change(text);
    return changed === text ? value : changed;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((part) => changeTexts(part, change));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [change(name), changeTexts(part, change)]));
}
