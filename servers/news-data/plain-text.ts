const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
  ["nbsp", " "],
  ["hellip", "…"],
  ["mdash", "—"],
  ["ndash", "–"],
  ["lsquo", "‘"],
  ["rsquo", "’"],
  ["ldquo", "“"],
  ["rdquo", "”"],
  ["euro", "€"],
  ["deg", "°"],
]);

/** What stands in these is not for readers. */
const SILENT = ["script", "style", "template", "noscript", "iframe"];
const BLOCK = /^\/?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote|section|article|figure|pre)$/;

/**
 * The text of a piece of HTML, as a person would read it aloud: no tags, no scripts, one empty line between paragraphs.
 * What it gives is text, and may again hold `<`: it is to be escaped where it is shown.
 *
 * @param charactersMax - no more than this is given
 */
export function plainText(html: string, charactersMax: number): string {
  // Most of what is longer than this is markup, and none of it would be kept.
  const text = withoutTags(html.slice(0, charactersMax * 8));
  return decoded(text)
    .toWellFormed()
    .replace(CONTROLS, "")
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .join("\n")
    .replace(/\n{2,}/g, "\n\n")
    .trim()
    .slice(0, charactersMax)
    .toWellFormed();
}

/** As `plainText`, on one line. */
export function plainLine(html: string, charactersMax: number): string {
  return plainText(html, charactersMax).replace(/\s+/g, " ");
}

// oxlint-disable-next-line no-control-regex -- feeds hold them by mistake, and nobody can read them
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f]/g;

/** One pass over the text, however many tags are open in it. */
function withoutTags(html: string): string {
  if (!html.includes("<")) return html;
  // Not toLowerCase: it makes two of some letters, such as İ, and all places behind them would be others.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const parts: string[] = [];
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    if (open === -1) return [...parts, html.slice(at)].join("");
    parts.push(html.slice(at, open));
    const close = html.indexOf(">", open);
    // "a < b" at the end of a text.
    if (close === -1) return [...parts, html.slice(open)].join("");
    const name = /^\/?[a-z][a-z0-9]*|^!--/.exec(lower.slice(open + 1, Math.min(close, open + 20)))?.[0];
    if (name === undefined) parts.push("<");
    else if (BLOCK.test(name)) parts.push(name === "br" || name === "li" ? "\n" : "\n\n");
    at = name === undefined ? open + 1 : endOf({ lower, name, open, close });
  }
  return parts.join("");
}

interface Tag {
  readonly lower: string;
  readonly name: string;
  readonly open: number;
  readonly close: number;
}

function endOf({ lower, name, open, close }: Tag): number {
  if (name === "!--") return after(lower.indexOf("-->", open), 3, lower);
  return SILENT.includes(name) ? after(lower.indexOf(`</${name}`, close), 0, lower) : close + 1;
}

function after(found: number, length: number, text: string): number {
  return found === -1 ? text.length : found + length;
}

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name.toLowerCase()) ?? whole;
    const code = Number.parseInt(decimal ?? hex ?? "", decimal === undefined ? 16 : 10);
    return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? "\ufffd" : String.fromCodePoint(code);
  });
}
