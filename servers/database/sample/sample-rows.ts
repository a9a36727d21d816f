/** Rows of one table, in the order of `columns`. */
export interface SampleRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

const DAYS = 365;
const FIRST_DAY = Date.UTC(2025, 9, 1);
const DAY_MS = 86_400_000;
const USERS = 60;

/**
 * The rows that a new tenant begins with, always the same: people and goods of an invented shop for stationery, and a year
 * of orders from 2025-10-01 on, which grow over the year, rise before the end of it, and are fewer on weekends.
 */
export function sampleRows(): readonly SampleRows[] {
  const random = randomNumbers(20_251_001);
  const users = Array.from({ length: USERS }, (_, index) => user(index, random));
  const products = PRODUCTS.map(([name, category, cents], index) => [index + 1, name, category, cents, 20 + Math.floor(random() * 400)]);
  return [
    { table: "users", columns: ["id", "name", "email", "country", "segment", "created_at"], rows: users },
    { table: "products", columns: ["id", "name", "category", "price_cents", "stock"], rows: products },
    {
      table: "orders",
      columns: ["id", "user_id", "product_id", "quantity", "total_cents", "status", "ordered_at"],
      rows: orders(random),
    },
  ];
}

type Random = () => number;

function user(index: number, random: Random): readonly (string | number)[] {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? "Ada";
  const last = LAST_NAMES[(index * 7 + Math.floor(index / FIRST_NAMES.length)) % LAST_NAMES.length] ?? "Berg";
  const opened = FIRST_DAY - Math.floor(random() * 700) * DAY_MS + Math.floor(random() * DAY_MS);
  const email = `${first}.${last}.${index + 1}@example.com`.toLowerCase();
  return [index + 1, `${first} ${last}`, email, pick(COUNTRIES, random), pick(SEGMENTS, random), moment(opened)];
}

function orders(random: Random): readonly (readonly (string | number)[])[] {
  const rows: (string | number)[][] = [];
  for (let day = 0; day < DAYS; day += 1) {
    const expected = expectedOrders(day);
    const count = Math.floor(expected + random());
    for (let nth = 0; nth < count; nth += 1) rows.push(order(rows.length + 1, day, random));
  }
  return rows;
}

/** About 2 on a weekday of autumn, twice that a year later, half as many again in November and December. */
function expectedOrders(day: number): number {
  const date = new Date(FIRST_DAY + day * DAY_MS);
  const growth = 1 + day / DAYS;
  const season = [10, 11].includes(date.getUTCMonth()) ? 1.5 : [6, 7].includes(date.getUTCMonth()) ? 0.85 : 1;
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.6 : 1;
  return 2 * growth * season * weekend;
}

function order(id: number, day: number, random: Random): (string | number)[] {
  // Squared, so that a few customers and goods have most of the orders.
  const userId = 1 + Math.floor(random() ** 2 * USERS);
  const product = Math.floor(random() ** 2 * PRODUCTS.length);
  const quantity = 1 + Math.floor(random() ** 3 * 8);
  const cents = PRODUCTS[product]?.[2] ?? 0;
  const at = FIRST_DAY + day * DAY_MS + (7 * 60 + Math.floor(random() * 900)) * 60_000;
  return [id, userId, product + 1, quantity, quantity * cents, statusOf(day, random), moment(at)];
}

function statusOf(day: number, random: Random): string {
  const chance = random();
  if (chance < 0.04) return "cancelled";
  if (chance < 0.07) return "refunded";
  if (day > DAYS - 4) return "paid";
  return day > DAYS - 9 ? "shipped" : "delivered";
}

function pick(choices: readonly string[], random: Random): string {
  return choices[Math.floor(random() ** 1.5 * choices.length)] ?? "";
}

function moment(ms: number): string {
  return new Date(ms).toISOString();
}

/** Mulberry32: the same numbers from 0 to 1 for the same seed, on every machine. */
function randomNumbers(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const COUNTRIES = ["DE", "FR", "US", "NL", "GB", "ES", "SE", "JP"];
const SEGMENTS = ["consumer", "business", "education"];
const FIRST_NAMES = [
  "Ada",
  "Ben",
  "Chiara",
  "Davit",
  "Elif",
  "Femi",
  "Greta",
  "Hugo",
  "Ines",
  "Jonas",
  "Kaya",
  "Lina",
  "Mats",
  "Noor",
  "Oskar",
];
const LAST_NAMES = [
  "Alder",
  "Berg",
  "Castellan",
  "Dorn",
  "Ekwall",
  "Farrow",
  "Grimaldi",
  "Holm",
  "Iversen",
  "Jarrett",
  "Kestrel",
  "Lund",
  "Marsh",
];
const PRODUCTS: readonly (readonly [name: string, category: string, cents: number])[] = [
  ["Notebook A5, dotted", "paper", 1_290],
  ["Fountain pen, fine", "pens", 3_950],
  ["Ink, midnight blue", "ink", 1_150],
  ["Gel pen, set of 5", "pens", 890],
  ["Notebook A4, lined", "paper", 1_690],
  ["Sketchbook, 160 g", "paper", 1_990],
  ["Ink, moss green", "ink", 1_150],
  ["Pencil, box of 12", "pens", 1_450],
  ["Desk pad, felt", "desk", 4_900],
  ["Letter paper, 50 sheets", "paper", 1_250],
  ["Brush pen, grey", "pens", 690],
  ["Pen case, canvas", "desk", 2_350],
  ["Calendar, wall", "paper", 2_490],
  ["Washi tape, 3 rolls", "craft", 990],
  ["Paper knife, brass", "desk", 3_200],
  ["Stamp set, botanical", "craft", 2_750],
  ["Ink, sepia", "ink", 1_250],
  ["Cutting mat A3", "craft", 2_190],
  ["Fountain pen, gold nib", "pens", 14_900],
  ["Desk lamp, folding", "desk", 8_900],
];
