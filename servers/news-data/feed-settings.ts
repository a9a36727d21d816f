import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Environment, listSetting, numberSetting } from "../kit/server-settings.ts";
import { CATEGORIES, type Category } from "./categories.ts";

/** A feed that the operator has named. */
export interface FeedPlace {
  /** An absolute path, or an http(s) URL. It names the feed in the store. */
  readonly place: string;
  /** Of all its articles, whatever they say themselves. */
  readonly category?: Category;
}

export interface NewsSettings {
  readonly feeds: readonly FeedPlace[];
  /** Undefined: they are read once. */
  readonly refreshMs?: number;
  /** The oldest articles go when there are more. */
  readonly articlesMax: number;
  readonly allowedHosts: readonly string[];
  readonly allowPrivate: readonly string[];
}

const FEEDS_MAX = 100;

/** @throws Error - a setting makes no sense */
export function newsSettings(environment: Environment): NewsSettings {
  const feeds = listSetting(environment, "FEEDS").map(feedPlace);
  if (feeds.length > FEEDS_MAX) throw new Error(`FEEDS names ${feeds.length} feeds: at most ${FEEDS_MAX} are read`);
  const twice = feeds.find(({ place }, index) => feeds.findIndex((other) => other.place === place) !== index);
  if (twice !== undefined) throw new Error(`FEEDS names ${twice.place} twice`);
  const minutes = numberSetting(environment, "REFRESH_MINUTES", { fallback: 15, min: 0, max: 10_080 });
  return {
    feeds,
    ...(minutes === 0 ? {} : { refreshMs: minutes * 60_000 }),
    articlesMax: numberSetting(environment, "ARTICLES_MAX", { fallback: 20_000, min: 100, max: 200_000 }),
    allowedHosts: listSetting(environment, "ALLOWED_HOSTS"),
    allowPrivate: listSetting(environment, "ALLOW_PRIVATE"),
  };
}

function feedPlace(text: string): FeedPlace {
  const [, label, rest = text] = /^([a-z]+)=(.+)$/s.exec(text) ?? [];
  if (label === undefined) return { place: placeOf(text) };
  const category = CATEGORIES.find((name) => name === label);
  if (category === undefined) throw new Error(`FEEDS has "${text}": "${label}" is none of the categories ${CATEGORIES.join(", ")}`);
  return { place: placeOf(rest), category };
}

function placeOf(text: string): string {
  if (/^https?:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw new Error(`FEEDS has "${text}", which is no URL`);
    const { href, host, username, password } = new URL(text);
    // It would not be asked, and told in the status.
    if (`${username}${password}` !== "") throw new Error(`FEEDS has a URL of ${host} with a user or a password in it, and none is sent`);
    return href;
  }
  if (text.startsWith("file://")) return fileURLToPath(text);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw new Error(`FEEDS has "${text}": a feed is a file, or an http or https URL`);
  return resolve(text);
}
