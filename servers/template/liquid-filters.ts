/** On one line: for headings, and whatever else ends with its line. */
export function oneLine(value: unknown): string {
  return spoken(value).replace(/\s+/g, " ").trim();
}

/** For a cell of a table in Markdown. */
export function cell(value: unknown): string {
  return oneLine(value).replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}

/** On one line, and nothing in it is a mark of Markdown. */
export function withoutMarks(value: unknown): string {
  return oneLine(value).replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
}

/** An address that may stand between `<` and `>`, or in an attribute; empty when it is none of a page or a mailbox. */
export function link(value: unknown): string {
  const text = spoken(value);
  if (text.length > 4_000 || !URL.canParse(text)) return "";
  const url = new URL(text);
  return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href.replace(/[<>"'\s\\]/g, encodeURIComponent) : "";
}

/** Three digits at least of what is small, such as a rate of learning: with three decimals it would be another number, or nothing. */
const NUMBERS = new Intl.NumberFormat("en-US", {
  maximumFractionDigits: 3,
  maximumSignificantDigits: 3,
  roundingPriority: "morePrecision",
  signDisplay: "negative",
});

/** A value as a person reads it: numbers with separators, lists with commas. */
export function spoken(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return NUMBERS.format(value);
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(spoken).join(", ");
  return JSON.stringify(value);
}

/** A change: a number is percent and has its sign, a text is what it is. */
export function signed(value: unknown): string {
  return typeof value === "number" ? `${value > 0 ? "+" : ""}${NUMBERS.format(value)} %` : spoken(value);
}
