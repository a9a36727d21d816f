/** A part of a string that may hold `${{ }}` expressions. Offsets and lengths are UTF-16 units of the string. */
export type TemplateSegment =
  /** `text` is what it stands for, so `$${{` in the string is `${{` here. */
  | { readonly kind: "text"; readonly text: string; readonly offset: number }
  | {
      readonly kind: "expression";
      /** Without the white space around it. */
      readonly source: string;
      /** Where `source` begins. */
      readonly offset: number;
    }
  /** `${{` without its `}}`, up to the end of the string. */
  | { readonly kind: "unterminated"; readonly offset: number; readonly length: number };

/**
 * Splits a string into text and expressions.
 *
 * `}}` inside quotes, or while a `{` of a map literal is open, does not end an expression. In a run of dollars before
 * `{{`, two stand for one: `$${{` is a literal `${{`, and `$$${{ x }}` is a dollar followed by the value of `x`.
 */
export function scanTemplate(text: string): readonly TemplateSegment[] {
  const segments: TemplateSegment[] = [];
  let plain = "";
  let plainStart = 0;
  let position = 0;
  const flush = (): void => {
    if (plain !== "") segments.push({ kind: "text", text: plain, offset: plainStart });
    plain = "";
  };
  while (position < text.length) {
    const dollars = findDollars(text, position);
    if (dollars === undefined) break;
    if (plain === "") plainStart = position;
    plain += text.slice(position, dollars.start) + "$".repeat(Math.floor(dollars.count / 2));
    position = dollars.start + dollars.count;
    if (dollars.count % 2 === 0) {
      plain += "{{";
      position += 2;
      continue;
    }
    flush();
    const start = position + 2;
    const end = findEnd(text, start);
    if (end === undefined) {
      segments.push({ kind: "unterminated", offset: position - 1, length: text.length - position + 1 });
      return segments;
    }
    const source = text.slice(start, end);
    segments.push({ kind: "expression", source: source.trim(), offset: start + source.length - source.trimStart().length });
    position = end + 2;
  }
  if (plain === "") plainStart = position;
  plain += text.slice(position);
  flush();
  return segments;
}

/** Whether a string is one expression and nothing else: its value then keeps its type. White space around it does not count. */
export function wholeExpression(segments: readonly TemplateSegment[]): (TemplateSegment & { readonly kind: "expression" }) | undefined {
  let found: (TemplateSegment & { readonly kind: "expression" }) | undefined;
  for (const segment of segments) {
    if (segment.kind === "text" && segment.text.trim() === "") continue;
    if (segment.kind !== "expression" || found !== undefined) return undefined;
    found = segment;
  }
  return found;
}

/** The next run of dollars that stands directly before `{{`. */
function findDollars(text: string, from: number): { readonly start: number; readonly count: number } | undefined {
  const last = text.indexOf("${{", from);
  if (last < 0) return undefined;
  let start = last;
  while (start > from && text[start - 1] === "$") start -= 1;
  return { start, count: last - start + 1 };
}

/** Where the `}}` of an expression is that begins at `from`. */
function findEnd(text: string, from: number): number | undefined {
  let open = 0;
  let position = from;
  while (position < text.length) {
    const character = text[position];
    if (character === '"' || character === "'") {
      position = skipString(text, position);
      continue;
    }
    if (character === "/" && text[position + 1] === "/") {
      position = skipComment(text, position);
      continue;
    }
    if (character === "{") open += 1;
    else if (character === "}" && open > 0) open -= 1;
    else if (character === "}" && text[position + 1] === "}") return position;
    position += 1;
  }
  return undefined;
}

/** Behind a string literal of CEL, which is single, double or triple quoted, and raw when an `r` stands before it. */
function skipString(text: string, from: number): number {
  const quote = text[from] ?? "";
  const triple = text.startsWith(quote.repeat(3), from);
  const close = triple ? quote.repeat(3) : quote;
  let position = from + close.length;
  while (position < text.length) {
    if (text.startsWith(close, position)) return position + close.length;
    position += text[position] === "\\" ? 2 : 1;
  }
  return text.length;
}

/** A comment ends at the end of the line, or with the expression. */
function skipComment(text: string, from: number): number {
  let position = from;
  while (position < text.length && text[position] !== "\n" && !text.startsWith("}}", position)) position += 1;
  return position;
}
