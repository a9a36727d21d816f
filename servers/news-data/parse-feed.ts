import { parseFeed } from "feedsmith";
import { refuse } from "../kit/reference-server.ts";
import { feedTimeMs } from "./feed-time.ts";
import { plainLine, plainText } from "./plain-text.ts";
import { type RawItem, rawFeed } from "./raw-feed.ts";

/** What is in a feed, whatever its format: text without markup, links that can be opened. */
export interface ParsedFeed {
  readonly format: "rss" | "rdf" | "atom" | "json";
  readonly title: string;
  /** Two or three letters. */
  readonly language: string;
  /** Two letters; undefined when the feed does not say for whom it is. */
  readonly country?: string;
  readonly labels: readonly string[];
  readonly items: readonly FeedItem[];
}

export interface FeedItem {
  /** What names it in its feed. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly content: string;
  /** Empty when it has none that can be opened. */
  readonly url: string;
  /** Undefined when it has none, or one that makes no sense. */
  readonly publishedMs?: number;
  readonly labels: readonly string[];
  readonly comments?: number;
  readonly pictured: boolean;
}

const ITEMS_MAX = 1_000;
const LABELS_MAX = 20;
const TEXT_MAX = { title: 300, description: 1_000, content: 20_000, label: 100 };

/** @throws ToolError - it is no feed, or one that means harm */
export function parsedFeed(text: string): ParsedFeed {
  if (/<!ENTITY/i.test(text)) throw refuse("it declares entities, which no feed needs and which can grow without end");
  const parsed = parsedByFormat(text);
  const raw = rawFeed(parsed);
  const [, language = "en", country] = /^([a-z]{2,3})(?:[-_]([a-z]{2}))?\b/.exec((raw.language ?? "").toLowerCase()) ?? [];
  return {
    format: parsed.format,
    title: plainLine(raw.title ?? "", TEXT_MAX.title),
    language,
    ...(country === undefined ? {} : { country }),
    labels: labelsOf(raw.labels),
    items: raw.items.slice(0, ITEMS_MAX).flatMap((item) => itemOf(item, raw.home) ?? []),
  };
}

function parsedByFormat(text: string): ReturnType<typeof parseFeed<string>> {
  try {
    return parseFeed(text, { maxItems: ITEMS_MAX });
  } catch (error) {
    throw refuse(`it is no RSS, Atom or JSON Feed: ${error instanceof Error ? error.message.slice(0, 200) : String(error)}`);
  }
}

/** An item without any text is none. */
function itemOf(raw: RawItem, home: string | undefined): FeedItem | undefined {
  const content = plainText(raw.content ?? raw.description ?? "", TEXT_MAX.content);
  const description = raw.description === undefined ? plainLine(content, 300) : plainLine(raw.description, TEXT_MAX.description);
  const title = plainLine(raw.title ?? "", TEXT_MAX.title) || firstWords(description);
  if (title === "") return undefined;
  const publishedMs = timeOf(raw.dates);
  return {
    key: raw.keys.find((key) => key !== undefined && key !== "")?.slice(0, 2_000) ?? title,
    title,
    description,
    content: content || description,
    url: webLink(raw.link, home),
    labels: labelsOf(raw.labels),
    pictured: raw.pictured,
    ...(publishedMs === undefined ? {} : { publishedMs }),
    ...countOf(raw.comments),
  };
}

function countOf(comments: number | undefined): { readonly comments?: number } {
  return comments === undefined ? {} : { comments: Math.max(0, Math.min(Math.floor(comments), 1_000_000)) };
}

/** Of the first date that makes sense. */
function timeOf(dates: readonly (string | undefined)[]): number | undefined {
  return dates.map((date) => feedTimeMs(date ?? "")).find((ms) => ms >= 0);
}

function firstWords(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80).replace(/\S*$/, "").trim()}…`;
}

function labelsOf(labels: readonly (string | undefined)[]): readonly string[] {
  return labels.slice(0, LABELS_MAX).flatMap((label) => (label === undefined ? [] : plainLine(label, TEXT_MAX.label) || []));
}

/** Whoever shows an article makes a link of it, so it must be one to a page and to nothing else. */
function webLink(link: string | undefined, home: string | undefined): string {
  if (link === undefined || link.length > 2_000 || !URL.canParse(link, home)) return "";
  const url = new URL(link, home);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : "";
}
