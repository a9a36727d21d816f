/** A table that every new tenant gets: enough for both kinds of database to make it. */
export interface SampleTable {
  readonly name: string;
  readonly columns: readonly SampleColumn[];
}

interface SampleColumn {
  readonly name: string;
  /** `time` is a moment, as ISO 8601 where it is text. `key` numbers the rows by itself. */
  readonly type: "key" | "integer" | "real" | "text" | "time";
  /** Default false: NULL is a mistake. */
  readonly optional?: boolean;
  /** The table whose key it is. */
  readonly refersTo?: string;
  /** The moment of writing. */
  readonly now?: boolean;
  readonly description: string;
}

const id: SampleColumn = { name: "id", type: "key", description: "Number of the row" };

export const SAMPLE_TABLES: readonly SampleTable[] = [
  {
    name: "articles",
    columns: [
      id,
      { name: "title", type: "text", description: "Headline" },
      { name: "category", type: "text", description: "Such as technology or health" },
      { name: "content", type: "text", description: "The text, usually Markdown" },
      { name: "author", type: "text", optional: true, description: "Who wrote it" },
      { name: "template_id", type: "text", optional: true, description: "Template that it was made with" },
      { name: "word_count", type: "integer", optional: true, description: "Words of the content" },
      { name: "read_minutes", type: "real", optional: true, description: "Estimated time to read, in minutes" },
      { name: "source_urls", type: "text", optional: true, description: "Where it comes from: a JSON list of URLs" },
      { name: "created_at", type: "time", now: true, description: "When it was stored" },
    ],
  },
  {
    name: "popular_articles",
    columns: [
      { ...id, name: "article_id", description: "Number of the article" },
      { name: "views", type: "integer", description: "How often it was opened" },
      { name: "likes", type: "integer", description: "How many liked it" },
      { name: "rank", type: "integer", description: "1 is the most popular" },
    ],
  },
  {
    name: "cached_news",
    columns: [
      id,
      { name: "query", type: "text", description: "What was searched for, in small letters" },
      { name: "category", type: "text", optional: true, description: "In which category" },
      { name: "payload", type: "text", description: "What was found, as JSON" },
      { name: "cached_at", type: "time", now: true, description: "When it was found" },
    ],
  },
  {
    name: "users",
    columns: [
      id,
      { name: "name", type: "text", description: "First and last name" },
      { name: "email", type: "text", description: "Address, of a domain that does not exist" },
      { name: "country", type: "text", description: "Two letters" },
      { name: "segment", type: "text", description: "consumer, business or education" },
      { name: "created_at", type: "time", now: true, description: "When the account was opened" },
    ],
  },
  {
    name: "products",
    columns: [
      id,
      { name: "name", type: "text", description: "What it is called" },
      { name: "category", type: "text", description: "Shelf that it stands in" },
      { name: "price_cents", type: "integer", description: "Price of one, in cents" },
      { name: "stock", type: "integer", description: "How many are there" },
    ],
  },
  {
    name: "orders",
    columns: [
      id,
      { name: "user_id", type: "integer", refersTo: "users", description: "Who ordered" },
      { name: "product_id", type: "integer", refersTo: "products", description: "What was ordered" },
      { name: "quantity", type: "integer", description: "How many" },
      { name: "total_cents", type: "integer", description: "What all of them cost together" },
      { name: "status", type: "text", description: "delivered, shipped, paid, cancelled or refunded" },
      { name: "ordered_at", type: "time", now: true, description: "When it was ordered" },
    ],
  },
  {
    name: "analytics",
    columns: [
      id,
      { name: "metric", type: "text", description: "What was measured" },
      { name: "value", type: "real", description: "The figure" },
      { name: "dimension", type: "text", optional: true, description: "Of what it was measured" },
      { name: "recorded_at", type: "time", now: true, description: "When it was measured" },
    ],
  },
];
