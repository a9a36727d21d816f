/** What a shop sells, and the month in which most of it is sold. */
export const CATEGORIES: readonly (readonly [name: string, peakMonth: number])[] = [
  ["baking", 12],
  ["bicycles", 5],
  ["books", 11],
  ["camping", 7],
  ["coffee", 1],
  ["garden", 4],
  ["music", 10],
  ["outdoor", 8],
  ["photography", 6],
  ["running", 3],
  ["toys", 12],
  ["woodwork", 2],
];

interface Amounts {
  readonly rows: number;
  readonly products: number;
  readonly customers: number;
  /** Of the Parquet file. */
  readonly path: string;
}

/** Of all rows so many are repeated, and so many have something that cannot be. */
const REPEATED = 0.004;
const DIRTY = 0.008;

/** Purchases before 2024, for each one since. */
const EARLIER = 0.1;

/*
 * G1. All is computed from the number of a row by hashes, so the same amounts give the same rows.
 * G2. A customer has two tastes, each a category, and a brand that he prefers. Most of what he buys follows from them:
 *     that is what there is to learn. Every eighth purchase follows from nothing.
 * G3. A few products of a category are bought by many, many by a few. What is bought when depends on the category and on
 *     the day of the week.
 */

/** The statements of DuckDB that write the file. */
export function transactionsQuery({ rows, products, customers, path }: Amounts): readonly string[] {
  const total = rows + Math.round(rows * EARLIER);
  const perBrand = Math.floor(products / CATEGORIES.length / 2);
  return [
    // From 0 to 1, and never the same for two dice of one row.
    "CREATE MACRO dice(number, die) AS (hash(number * 64 + die) >> 11)::DOUBLE / 9007199254740992.0",
    `CREATE MACRO category_of(place) AS list_extract([${CATEGORIES.map(([name]) => `'${name}'`).join(", ")}], place + 1)`,
    `CREATE MACRO peak_of(place) AS list_extract([${CATEGORIES.map(([, month]) => String(month)).join(", ")}], place + 1)`,
    // How much is sold on a day: of this category at this time of the year, and on this day of the week.
    `CREATE MACRO weight_of(place, day) AS (1.15 + cos(2 * pi() * (month(day) - peak_of(place)) / 12)) * (CASE WHEN isodow(day) >= 6 THEN 1.6 ELSE 1 END)`,
    // One of two days, the one on which more is sold more often.
    `CREATE MACRO day_of(number, place, first, second) AS
       CASE WHEN dice(number, 9) * (weight_of(place, first) + weight_of(place, second)) < weight_of(place, first) THEN first ELSE second END`,
    `COPY (${rowsQuery({ rows, total, customers, perBrand })}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
  ];
}

interface Shape {
  readonly rows: number;
  readonly total: number;
  readonly customers: number;
  readonly perBrand: number;
}

function rowsQuery({ rows, total, customers, perBrand }: Shape): string {
  const kinds = CATEGORIES.length;
  return `
    WITH numbered AS (
      SELECT range AS line, CASE WHEN range > 0 AND dice(range, 0) < ${REPEATED} THEN range - 1 ELSE range END AS number FROM range(${total})
    ), buyers AS (
      SELECT *, floor(${customers} * pow(dice(number, 1), 1.6))::BIGINT AS customer FROM numbered
    ), tastes AS (
      SELECT *,
        floor(${kinds} * dice(customer, 40))::INTEGER AS first_taste,
        floor(${kinds} * dice(customer, 41))::INTEGER AS second_taste,
        floor(2 * dice(customer, 42))::INTEGER AS own_brand,
        dice(number, 2) AS mood
      FROM buyers
    ), wishes AS (
      SELECT *,
        CASE WHEN mood < 0.60 THEN first_taste WHEN mood < 0.875 THEN second_taste ELSE floor(${kinds} * dice(number, 3))::INTEGER END AS kind,
        CASE WHEN dice(number, 4) < 0.8 THEN own_brand ELSE 1 - own_brand END AS brand,
        floor(${perBrand} * pow(dice(number, 5), 2.0))::INTEGER AS place
      FROM tastes
    ), bought AS (
      SELECT *,
        (kind * 2 + brand) * ${perBrand} + place AS product,
        1 + floor(pow(dice(number, 6), 6) * 4)::INTEGER AS quantity,
        dice(number, 7) AS first_day, dice(number, 8) AS second_day,
        dice(number, 10) AS dirt
      FROM wishes
    ), dated AS (
      SELECT *,
        3 + round(120 * pow(dice(product, 50), 3), 2) AS price,
        CASE WHEN line < ${rows}
          THEN day_of(number, kind, DATE '2024-01-01' + floor(266 * first_day)::INTEGER, DATE '2024-01-01' + floor(266 * second_day)::INTEGER)
          ELSE DATE '2023-10-01' + floor(92 * first_day)::INTEGER END AS day
      FROM bought
    )
    SELECT
      number + 1 AS transaction_id,
      CASE WHEN dirt >= ${1.5 * DIRTY} AND dirt < ${2 * DIRTY} AND line < ${rows} THEN TIMESTAMP '2093-01-01 00:00:00'
        ELSE day + to_seconds((28800 + 50400 * dice(number, 11))::INTEGER) END AS date,
      CASE WHEN dirt < ${0.5 * DIRTY} THEN NULL ELSE format('C{:06d}', customer) END AS customer_id,
      CASE WHEN dirt >= ${0.5 * DIRTY} AND dirt < ${DIRTY} THEN '' ELSE format('{}-{:03d}', category_of(kind), product % ${2 * perBrand}) END AS product_id,
      category_of(kind) AS category,
      quantity,
      CASE WHEN dirt >= ${DIRTY} AND dirt < ${1.5 * DIRTY} THEN -1 ELSE 1 END
        * round(quantity * price * (CASE WHEN month(day) IN (1, 7) THEN 0.8 ELSE 1 END), 2) AS amount,
      list_extract(['web', 'app', 'shop'], 1 + floor(3 * dice(number, 12))::INTEGER) AS channel,
      list_extract(['AT', 'BE', 'CH', 'DE', 'FR', 'IT', 'NL', 'PL'], 1 + floor(8 * pow(dice(customer, 43), 2))::INTEGER) AS country
    FROM dated`;
}
