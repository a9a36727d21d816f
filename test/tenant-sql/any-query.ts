import fc from "fast-check";

/** Texts of queries over the tables of the fixture; some of them are wrong, and then in the same way for everybody. */
interface Source {
  readonly text: string;
  readonly aliases: readonly string[];
}

const TABLES = ["orders", "customers", "order_lines", "payments", "documents", "events", "countries", "visits"];
/** Also names of other tables, and of what stands around. */
const ALIASES = ["a", "b", "c", "orders", "customers", "payments", "countries", "tenant_id"];
/** By table: a number, a text, and what names the tenant. */
const COLUMNS: Readonly<Record<string, readonly [string, string]>> = {
  orders: ["customer_id", "status"],
  customers: ["id", "region"],
  order_lines: ["quantity", "sku"],
  payments: ["order_id", "account"],
  documents: ["id", "title"],
  events: ["id", "kind"],
  countries: ["length(name)", "code"],
  visits: ["n", "tenant_id"],
};

const alias = fc.constantFrom(...ALIASES);
const number = fc.oneof(fc.integer({ min: 0, max: 9 }).map(String), fc.constant("777"));
const text = fc.constantFrom("'acme'", "'globex'", "'EU'", "'paid'", "'globex note 1'", "'it''s'", "''");
const comparison = fc.constantFrom("=", "<>", "<", ">=");

/** A table under an alias: its columns are then called n and t, so that everything can be joined with everything. */
const table: fc.Arbitrary<Source> = fc.tuple(fc.constantFrom(...TABLES), alias).map(([name, as]) => {
  const [n, t] = COLUMNS[name] ?? ["1", "''"];
  return { text: `(SELECT ${n} AS n, ${t} AS t, inside.* FROM ${name} AS inside) AS ${as}`, aliases: [as] };
});
const plainTable: fc.Arbitrary<Source> = fc
  .tuple(fc.constantFrom("orders", "customers"), alias)
  .map(([name, as]) => ({ text: `${name} AS ${as}(t, n)`, aliases: [as] }));

const { query } = fc.letrec<{ query: string; source: Source; condition: (aliases: readonly string[]) => string }>((tie) => ({
  source: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    table,
    plainTable,
    fc.tuple(tie("query"), alias).map(([inner, as]) => ({ text: `(${inner}) AS ${as}`, aliases: [as] })),
    fc.tuple(tie("query"), alias).map(([inner, as]) => ({ text: `(WITH w AS (${inner}) SELECT * FROM w) AS ${as}`, aliases: [as] })),
    fc.tuple(tie("source"), fc.constantFrom("JOIN", "LEFT JOIN", "FULL JOIN", "RIGHT JOIN"), tie("source")).map(([left, join, right]) => ({
      text: `${left.text} ${join} ${right.text} ON ${left.aliases[0]}.n = ${right.aliases[0]}.n`,
      aliases: [...left.aliases, ...right.aliases],
    })),
  ),
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.tuple(fc.nat(5), comparison, number).map(
      ([at, is, value]) =>
        (aliases: readonly string[]) =>
          `${pick(aliases, at)}.n ${is} ${value}`,
    ),
    fc.tuple(fc.nat(5), comparison, text).map(
      ([at, is, value]) =>
        (aliases: readonly string[]) =>
          `${pick(aliases, at)}.t ${is} ${value}`,
    ),
    fc.nat(5).map((at) => (aliases: readonly string[]) => `1 / (${pick(aliases, at)}.n - 777) IS NOT NULL`),
    fc.nat(5).map((at) => (aliases: readonly string[]) => `length(${pick(aliases, at)}.t) > 3`),
    fc.constant(() => "true"),
    fc.tuple(tie("condition"), tie("condition")).map(
      ([left, right]) =>
        (aliases: readonly string[]) =>
          `(${left(aliases)} OR ${right(aliases)})`,
    ),
    fc.tuple(tie("condition"), tie("condition")).map(
      ([left, right]) =>
        (aliases: readonly string[]) =>
          `${left(aliases)} AND ${right(aliases)}`,
    ),
    tie("condition").map((inner) => (aliases: readonly string[]) => `NOT (${inner(aliases)})`),
    fc.tuple(fc.nat(5), tie("query")).map(
      ([at, inner]) =>
        (aliases: readonly string[]) =>
          `${pick(aliases, at)}.n IN (SELECT n FROM (${inner}) q)`,
    ),
    fc.tuple(fc.nat(5), tie("source")).map(
      ([at, { text: inner, aliases: within }]) =>
        (aliases: readonly string[]) =>
          `EXISTS (SELECT 1 FROM ${inner} WHERE ${pick(within, 0)}.n = ${pick(aliases, at)}.n)`,
    ),
  ),
  query: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .tuple(tie("source"), tie("condition"))
      .map(
        ([{ text: from, aliases }, where]) => `SELECT ${pick(aliases, 0)}.n, ${pick(aliases, 1)}.t FROM ${from} WHERE ${where(aliases)}`,
      ),
    fc
      .tuple(tie("source"), tie("condition"))
      .map(
        ([{ text: from, aliases }, where]) =>
          `SELECT count(*)::int AS n, max(${pick(aliases, 0)}.t) AS t FROM ${from} WHERE ${where(aliases)}`,
      ),
    fc
      .tuple(tie("source"), tie("condition"))
      .map(
        ([{ text: from, aliases }, having]) =>
          `SELECT ${pick(aliases, 0)}.n, min(${pick(aliases, 0)}.t) AS t FROM ${from} WHERE ${having(aliases)} GROUP BY ${pick(aliases, 0)}.n`,
      ),
    fc
      .tuple(tie("query"), fc.constantFrom("UNION", "UNION ALL", "EXCEPT", "INTERSECT"), tie("query"))
      .map(([left, by, right]) => `(${left}) ${by} (${right})`),
  ),
}));

function pick(aliases: readonly string[], at: number): string {
  return aliases[at % aliases.length] ?? "a";
}

/** Queries, and changes that depend on queries. */
export const anyStatement: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: query },
  {
    weight: 1,
    arbitrary: query.map(
      (inner) => `UPDATE events SET kind = x.t FROM (SELECT n, max(t) AS t FROM (${inner}) AS y GROUP BY n) AS x WHERE x.n = events.id`,
    ),
  },
  {
    weight: 1,
    arbitrary: query.map((inner) => `DELETE FROM order_lines AS o WHERE o.quantity IN (SELECT n FROM (${inner}) AS x) RETURNING *`),
  },
);
