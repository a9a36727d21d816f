import type { AtomFeed, JsonFeed, parseFeed, RdfFeed, RssFeed } from "feedsmith";

/** An item as its feed has it, with whatever markup. */
export interface RawItem {
  readonly keys: readonly (string | undefined)[];
  readonly link: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly content: string | undefined;
  readonly dates: readonly (string | undefined)[];
  readonly labels: readonly (string | undefined)[];
  readonly comments: number | undefined;
  readonly pictured: boolean;
}

export interface RawFeed {
  readonly title: string | undefined;
  readonly language: string | undefined;
  readonly home: string | undefined;
  readonly labels: readonly (string | undefined)[];
  readonly items: readonly RawItem[];
}

/** The same of every format. */
export function rawFeed(parsed: ReturnType<typeof parseFeed<string>>): RawFeed {
  switch (parsed.format) {
    case "rss":
      return ofRss(parsed.feed);
    case "rdf":
      return ofRdf(parsed.feed);
    case "atom":
      return ofAtom(parsed.feed);
    case "json":
      return ofJson(parsed.feed);
  }
}

function ofRss(feed: RssFeed.Feed<string>): RawFeed {
  return {
    title: feed.title,
    language: feed.language ?? feed.dc?.languages?.[0],
    home: feed.link,
    labels: namesOf(feed.categories),
    items: (feed.items ?? []).map(ofRssItem),
  };
}

function ofRssItem(item: RssFeed.Item<string>): RawItem {
  const { dates = [], subjects = [] } = item.dc ?? {};
  const { value: guid, isPermaLink = true } = item.guid ?? {};
  return {
    keys: [guid, item.link],
    link: item.link ?? (isPermaLink ? guid : undefined),
    title: item.title,
    description: item.description,
    content: item.content?.encoded,
    dates: [item.pubDate, dates[0]],
    labels: [...namesOf(item.categories), ...subjects],
    comments: item.slash?.comments,
    pictured: item.media !== undefined || anyPicture(item.enclosures),
  };
}

function namesOf(categories: readonly { readonly name?: string }[] = []): readonly (string | undefined)[] {
  return categories.map(({ name }) => name);
}

function anyPicture(links: readonly { readonly type?: string }[] = []): boolean {
  return links.some(({ type }) => type?.startsWith("image/") === true);
}

function ofRdf(feed: RdfFeed.Feed<string>): RawFeed {
  return {
    title: feed.title,
    language: feed.dc?.languages?.[0],
    home: feed.link,
    labels: feed.dc?.subjects ?? [],
    items: (feed.items ?? []).map((item) => ({
      keys: [item.rdf?.about, item.link],
      link: item.link,
      title: item.title,
      description: item.description,
      content: item.content?.encoded,
      dates: [item.dc?.dates?.[0]],
      labels: item.dc?.subjects ?? [],
      comments: item.slash?.comments,
      pictured: item.media !== undefined,
    })),
  };
}

function ofAtom(feed: AtomFeed.Feed<string>): RawFeed {
  const linkOf = (links: typeof feed.links): string | undefined =>
    (links?.find(({ rel }) => rel === undefined || rel === "alternate") ?? links?.[0])?.href;
  return {
    title: feed.title?.value,
    language: feed.xml?.lang,
    home: linkOf(feed.links),
    labels: (feed.categories ?? []).map(({ term }) => term),
    items: (feed.entries ?? []).map((entry) => ({
      keys: [entry.id, linkOf(entry.links)],
      link: linkOf(entry.links),
      title: entry.title?.value,
      description: entry.summary?.value,
      content: entry.content?.value,
      dates: [entry.published, entry.updated],
      labels: (entry.categories ?? []).flatMap(({ term, label }) => [term, label]),
      comments: entry.thr?.total ?? entry.slash?.comments,
      pictured: entry.media !== undefined || anyPicture(entry.links),
    })),
  };
}

function ofJson(feed: JsonFeed.Feed<string>): RawFeed {
  return {
    title: feed.title,
    language: feed.language,
    home: feed.home_page_url,
    labels: [],
    items: (feed.items ?? []).map((item) => ({
      keys: [item.id, item.url],
      link: item.url ?? item.external_url,
      title: item.title,
      description: item.summary,
      content: item.content_text ?? item.content_html,
      dates: [item.date_published, item.date_modified],
      labels: item.tags ?? [],
      comments: undefined,
      pictured: item.image !== undefined || item.banner_image !== undefined,
    })),
  };
}
