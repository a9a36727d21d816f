import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migrations.ts";

const FIRST: Migration = { id: 1, name: "notes", sql: "CREATE TABLE notes (text TEXT) STRICT" };
const SECOND: Migration = {
  id: 2,
  name: "authors",
  sql: "ALTER TABLE notes ADD COLUMN author TEXT; CREATE TABLE authors (name TEXT) STRICT",
};

function tables(database: DatabaseSync): readonly unknown[] {
  return database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map((row) => row["name"]);
}

test("each step is made once, whether the steps come together or one version after the other", () => {
  using together = new DatabaseSync(":memory:");
  migrate(together, "journal.db", [FIRST, SECOND], 5);
  migrate(together, "journal.db", [FIRST, SECOND], 6);
  using apart = new DatabaseSync(":memory:");
  migrate(apart, "journal.db", [FIRST], 5);
  migrate(apart, "journal.db", [FIRST, SECOND], 5);
  const applied = [together, apart].map((database) => database.prepare("SELECT * FROM migrations").all());
  expect(tables(together)).toEqual(["authors", "migrations", "notes"]);
  expect(tables(apart)).toEqual(tables(together));
  expect(applied[0]).toEqual(applied[1]);
  expect(applied[0]).toMatchObject([
    { id: 1, name: "notes", applied_at_ms: 5 },
    { id: 2, name: "authors", applied_at_ms: 5 },
  ]);
});

test("a step that fails leaves the schema as it was", () => {
  using database = new DatabaseSync(":memory:");
  migrate(database, "journal.db", [FIRST], 5);
  const broken: Migration = { id: 2, name: "broken", sql: "CREATE TABLE half (x TEXT); CREATE TABLE notes (x TEXT)" };
  expect(() => migrate(database, "journal.db", [FIRST, broken], 6)).toThrow("already exists");
  expect(tables(database)).toEqual(["migrations", "notes"]);
  migrate(database, "journal.db", [FIRST, SECOND], 7);
  expect(tables(database)).toEqual(["authors", "migrations", "notes"]);
});

test.each([
  { what: "has a step that is unknown", known: [FIRST], reason: "newer", says: 'it has the schema "2 authors"' },
  {
    what: "has had a step that was changed since",
    known: [{ ...FIRST, sql: `${FIRST.sql} ` }, SECOND],
    reason: "foreign",
    says: 'its schema "1 notes" is not the one of this version',
  },
  { what: "has had the steps in another order", known: [SECOND, FIRST], reason: "foreign", says: 'its schema "1 notes"' },
])("a file that $what is refused and not touched", ({ known, reason, says }) => {
  using database = new DatabaseSync(":memory:");
  migrate(database, "journal.db", [FIRST, SECOND], 5);
  const before = database.prepare("SELECT * FROM migrations").all();
  expect(() => migrate(database, "journal.db", known, 6)).toThrow(
    expect.objectContaining({ code: "journal.unusable", details: { path: "journal.db", reason } }),
  );
  expect(() => migrate(database, "journal.db", known, 6)).toThrow(says);
  expect(database.prepare("SELECT * FROM migrations").all()).toEqual(before);
  expect(database.isTransaction).toBe(false);
});
