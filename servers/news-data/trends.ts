import type { Article } from "./article-store.ts";
import { engagementOf } from "./engagement.ts";

export interface Topic {
  readonly term: string;
  /** In how many of the recent articles it is. */
  readonly count: number;
  /** How many times more often, for each day, than in the time before. */
  readonly growth: number;
}

export interface Trends {
  readonly topics: readonly Topic[];
  /** By score, highest first. */
  readonly articles: readonly { readonly article: Article; readonly score: number }[];
}

const DAY_MS = 86_400_000;
/** What is recent, and what it is compared with. */
const RECENT_DAYS = 3;
const EARLIER_DAYS = 14;
const TOPICS_MAX = 12;

/**
 * What is written about more than before, in articles that are newest first: terms of one or two words in titles and
 * descriptions, counted once for each article. An article counts for the topics that it is about, for how new it is and
 * for how much it engages.
 */
export function trendsOf(articles: readonly Article[]): Trends {
  const nowMs = articles[0]?.publishedMs ?? 0;
  const recent: Article[] = [];
  const earlier: Article[] = [];
  for (const article of articles) {
    const days = (nowMs - article.publishedMs) / DAY_MS;
    if (days < RECENT_DAYS) recent.push(article);
    else if (days < RECENT_DAYS + EARLIER_DAYS) earlier.push(article);
  }
  const topics = topicsOf(countTerms(recent), countTerms(earlier));
  const weights = new Map(topics.map((topic) => [topic.term, weightOf(topic)]));
  const best = Math.max(...recent.map((article) => heatOf(article, weights)), 1);
  const scored = [...recent, ...earlier].map((article) => {
    const days = (nowMs - article.publishedMs) / DAY_MS;
    const heat = heatOf(article, weights) / best;
    const score = 0.5 * heat + 0.3 * 2 ** (-days / RECENT_DAYS) + 0.2 * engagementOf(article, nowMs);
    return { article, score: Math.round(score * 1_000) / 1_000 };
  });
  return {
    topics,
    articles: scored.toSorted((one, other) => other.score - one.score || other.article.publishedMs - one.article.publishedMs),
  };
}

/** A term that one article alone uses is a word, not a topic, and so is a single word that only two share. */
function topicsOf(recent: ReadonlyMap<string, number>, earlier: ReadonlyMap<string, number>): readonly Topic[] {
  const topics = [...recent].flatMap(([term, count]): Topic[] => {
    if (count < (term.includes(" ") ? 2 : 3)) return [];
    const before = (earlier.get(term) ?? 0) + 1;
    const growth = Math.round((count / RECENT_DAYS / (before / EARLIER_DAYS)) * 100) / 100;
    return growth > 1 ? [{ term, count, growth }] : [];
  });
  const sorted = topics.toSorted((one, other) => weightOf(other) - weightOf(one) || (one.term < other.term ? -1 : 1));
  // "heat" says nothing beside "heat pumps", when it is as often there.
  const inLonger = new Map<string, number>();
  for (const { term, count } of sorted) {
    const parts = term.split(" ");
    if (parts.length > 1) for (const word of parts) inLonger.set(word, Math.max(count, inLonger.get(word) ?? 0));
  }
  const kept = sorted.filter(({ term, count }) => (inLonger.get(term) ?? 0) < count);
  return kept.slice(0, TOPICS_MAX);
}

function weightOf({ term, count, growth }: Topic): number {
  return count * Math.log2(1 + growth) * (term.includes(" ") ? 1.5 : 1);
}

function heatOf(article: Article, weights: ReadonlyMap<string, number>): number {
  let heat = 0;
  for (const term of termsOf(article)) heat += weights.get(term) ?? 0;
  return heat;
}

function countTerms(articles: readonly Article[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const article of articles) for (const term of termsOf(article)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function termsOf({ title, description }: Article): ReadonlySet<string> {
  const terms = new Set<string>();
  for (const text of [title, description]) {
    let before: string | undefined;
    for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)) {
      const tells = word.length > 3 && word.length < 40 && !STOP_WORDS.has(word) && !/^\d+$/.test(word);
      if (tells) terms.add(word);
      if (tells && before !== undefined) terms.add(`${before} ${word}`);
      before = tells ? word : undefined;
    }
  }
  return terms;
}

/** Words of English that are in every article. Shorter ones than four letters are left out anyway. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `about above across after again against ahead almost along already also although always among amount another around away back
became because become been before began behind being below best better between beyond both bring brings brought called came
cannot case come comes coming could days does doing done down during each early either enough even ever every fall faster
fewer find finds first five four free from full further gets gave give given gives goes going good great grew grow grows half
hard have having help helps here high higher hold hope however into itself just keep keeps kept know known large larger last
late later least leave left less like likely little live long longer look made make makes making many mark might month months
more most much must near need needs never next nine nobody none nothing often once ones only onto open opens other others over
part past people place plan plans point puts quite rather reach ready really right rise rises rose said same says second seem
seen sell sells sent seven several shall should show shows side since small smaller some soon start starts still such take taken takes
tell tells than that their them then there these they thing things third this those though three through time times today
told took toward towards turn turns twice under until upon used uses very want wants week weeks well went were what when where
whether which while whole whom whose will with within without work works would year years your`.split(/\s+/),
);
