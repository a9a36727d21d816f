import { SAMPLE_TABLES, type SampleTable } from "./sample-tables.ts";

/** What makes the sample tables in SQLite. SQLite keeps the text, and so the descriptions behind the columns. */
export function sqliteSampleSchema(): readonly string[] {
  return [
    ...SAMPLE_TABLES.map(createTable),
    "CREATE INDEX orders_by_time ON orders (ordered_at)",
    "CREATE INDEX orders_by_user ON orders (user_id)",
  ];
}

const TYPES = { key: "INTEGER PRIMARY KEY", integer: "INTEGER", real: "REAL", text: "TEXT", time: "TEXT" };
const NOW = "DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))";

function createTable({ name, columns }: SampleTable): string {
  const lines = columns.map((column, index) => {
    const parts = [column.name, TYPES[column.type]];
    if (column.type !== "key" && column.optional !== true) parts.push("NOT NULL");
    if (column.now === true) parts.push(NOW);
    if (column.refersTo !== undefined) parts.push(`REFERENCES ${column.refersTo} (id)`);
    return `  ${parts.join(" ")}${index === columns.length - 1 ? "" : ","} -- ${column.description}`;
  });
  return `CREATE TABLE ${name} (\n${lines.join("\n")}\n)`;
}
