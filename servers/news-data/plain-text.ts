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
  const text = withoutTags(html, charactersMax * 8);
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

/**
 * One pass over the text, however many tags are open in it. What is too long is cut after the tags are gone: one of them, with
 * a picture in it, may be longer than all the text.
 */
function withoutTags(html: string, charactersMax: number): string {
  if (!html.includes("<")) return html.slice(0, charactersMax);
  // Not toLowerCase: it makes two of some letters, such as İ, and all places behind them would be others.
  const lower = html.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const parts: string[] = [];
  let size = 0;
  let at = 0;
  let close = -1;
  while (at < html.length && size <= charactersMax) {
    const open = html.indexOf("<", at);
    // Where a tag ends is looked for once, and not again from every "<" before it.
    if (open > close && open !== -1) close = after(html.indexOf(">", open), 0, html);
    // "a < b" at the end of a text.
    if (open === -1 || close === html.length) {
      parts.push(html.slice(at));
      break;
    }
    const name = /^\/?[a-z][a-z0-9]*|^!--/.exec(lower.slice(open + 1, Math.min(close, open + 20)))?.[0];
    parts.push(html.slice(at, open), inPlaceOf(name));
    size += open - at + 2;
    at = name === undefined ? open + 1 : endOf({ lower, name, open, close });
  }
  return parts.join("").slice(0, charactersMax);
}

/** @param name - undefined when it is no tag */
function inPlaceOf(name: string | undefined): string {
  if (name === undefined) return "<";
  if (!BLOCK.test(name)) return "";
  return name === "br" || name === "li" ? "\n" : "\n\n";
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
