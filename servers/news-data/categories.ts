/** What an article can be about. All of them are always there, also without articles. */
export const CATEGORIES = [
  "general",
  "business",
  "entertainment",
  "health",
  "science",
  "sports",
  "technology",
  "politics",
  "world",
  "national",
] as const;

export type Category = (typeof CATEGORIES)[number];

/** Words that feeds use for the same. */
const ALSO: Readonly<Record<Exclude<Category, "general">, readonly string[]>> = {
  business: ["companies", "economics", "economy", "energy markets", "finance", "markets", "money", "stock market", "stocks"],
  entertainment: ["arts", "books", "culture", "film", "games", "movies", "music", "television", "theatre"],
  health: ["healthcare", "hospitals", "medicine", "nutrition", "public health", "wellbeing"],
  science: ["biology", "chemistry", "climate", "environment", "physics", "research", "space"],
  sports: ["athletics", "basketball", "cricket", "cycling", "football", "running", "sport", "swimming", "tennis"],
  technology: ["ai", "artificial intelligence", "computing", "energy technology", "internet", "software", "tech"],
  politics: ["elections", "government", "law", "parliament", "policy"],
  world: ["foreign", "global", "international"],
  national: ["domestic", "local", "nation", "region", "regional"],
};

const BY_WORD: ReadonlyMap<string, Category> = new Map<string, Category>([
  ...CATEGORIES.map((name): [string, Category] => [name, name]),
  ...Object.entries(ALSO).flatMap(([name, words]) => words.map((word): [string, Category] => [word, name as Category])),
]);

/** The first of the labels that means a category. */
export function categoryOf(labels: readonly string[]): Category | undefined {
  for (const label of labels) {
    const found = BY_WORD.get(label.trim().toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
}
