import MarkdownIt from "markdown-it";

/** HTML in Markdown is text, and links lead to pages and mailboxes only (markdown-it leaves out `javascript:` and the like). */
const MARKDOWN = new MarkdownIt({ html: false, linkify: false, typographer: false, maxNesting: 20 });

export function markdownHtml(text: string): string {
  return MARKDOWN.render(text);
}

/** Of several empty lines one is left, but for those in code. */
export function tidyMarkdown(text: string): string {
  const kept: string[] = [];
  let code = false;
  for (const line of text.split("\n")) {
    if (/^\s{0,3}(?:```|~~~)/.test(line)) code = !code;
    if (code || line.trim() !== "" || kept.at(-1) !== "") kept.push(code ? line : line.trimEnd());
  }
  return `${kept.join("\n").trim()}\n`;
}

type Token = ReturnType<typeof MARKDOWN.parse>[number];

/** What is before these, unless something else is there already. */
const BEFORE: ReadonlyMap<string, string> = new Map([
  ...["paragraph_open", "heading_open", "bullet_list_open", "ordered_list_open", "table_open", "hr"].map((type): [string, string] => [
    type,
    "\n\n",
  ]),
  ["list_item_open", "\n- "],
  ["tr_open", "\n"],
  ["th_open", "  "],
  ["td_open", "  "],
]);

/** What is left when nobody makes marks visible: words, line by line, with the addresses of links behind them. */
export function markdownText(text: string): string {
  const parts: string[] = [];
  let before = "";
  for (const token of MARKDOWN.parse(text, {})) {
    const opened = token.hidden ? undefined : BEFORE.get(token.type);
    // A row begins a line, and the first cell in it nothing more; an item does so with its mark.
    if (opened !== undefined && !(before.startsWith("\n") && (before !== "\n\n" || opened === "  "))) before = opened;
    const said = saidBy(token);
    if (said === undefined) continue;
    parts.push(before, said);
    before = "";
  }
  return `${parts.join("").trim()}\n`;
}

function saidBy(token: Token): string | undefined {
  if (token.type === "inline") return inlineText(token.children ?? []);
  return token.type === "fence" || token.type === "code_block" ? `\n\n${token.content.trimEnd()}` : undefined;
}

export function wordsIn(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
}

function inlineText(tokens: readonly Token[]): string {
  const parts: string[] = [];
  let address = "";
  for (const token of tokens) {
    if (token.type === "link_open") address = String(token.attrGet("href") ?? "");
    else if (token.type === "link_close") parts.push(` (${address})`);
    else if (token.type === "softbreak" || token.type === "hardbreak") parts.push("\n");
    else parts.push(token.content);
  }
  return parts.join("");
}
