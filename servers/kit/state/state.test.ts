import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { openState } from "./state.ts";

const SCHEMA = ["CREATE TABLE notes (text TEXT) STRICT;"];
const CALL = { key: "acme/note/k", arguments: { b: [1, { d: 1, c: 2 }], a: "x" } };

test("what a call changes and the memory of it are there together, or neither, also for whoever opens the file again", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "new", "state.db");
  {
    using state = openState({ path, schema: SCHEMA });
    const failing = (): void =>
      state.transaction(() => {
        state.database.exec("INSERT INTO notes VALUES ('lost')");
        state.remember(CALL, 1);
        throw new Error("no");
      });
    expect(failing).toThrow("no");
    expect(state.known(CALL)).toBeUndefined();
    state.transaction(() => {
      state.database.exec("INSERT INTO notes VALUES ('kept')");
      state.transaction(() => state.remember(CALL, { answer: [null, "😀"] }));
    });
  }
  using again = openState({ path, schema: SCHEMA });
  expect(again.known(CALL)).toEqual({ answer: [null, "😀"] });
  expect(again.database.prepare("SELECT text FROM notes").all()).toEqual([{ text: "kept" }]);
});

test("an answer is forgotten after a month, when the file is opened, and not before", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "state.db");
  {
    using state = openState({ path, schema: SCHEMA });
    for (const days of [29, 31]) {
      state.remember({ key: `acme/note/${days}`, arguments: {} }, days);
      state.database.exec(`UPDATE answers SET at = datetime('now', '-${days} days') WHERE key = 'acme/note/${days}'`);
    }
  }
  using again = openState({ path, schema: SCHEMA });
  expect(again.known({ key: "acme/note/29", arguments: {} })).toBe(29);
  expect(again.known({ key: "acme/note/31", arguments: {} })).toBeUndefined();
});

test("a key with other arguments is refused; their order does not matter", () => {
  using state = openState({ path: ":memory:", schema: [] });
  state.remember(CALL, 1);
  expect(state.known({ ...CALL, arguments: { a: "x", b: [1, { c: 2, d: 1 }] } })).toBe(1);
  const prototype = JSON.parse('{"a":"x","b":[1,{"c":2,"d":1}],"__proto__":{}}') as object;
  for (const other of [{ a: "x" }, { ...CALL.arguments, b: [{ c: 2, d: 1 }, 1] }, prototype, null, []]) {
    expect(() => state.known({ ...CALL, arguments: other as never })).toThrow("belongs to a call with other arguments");
  }
});

test("a file is brought up to what the newest version makes, and one of a newer version is refused", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "state.db");
  const more = [...SCHEMA, "ALTER TABLE notes ADD COLUMN at TEXT;"];
  openState({ path, schema: SCHEMA })[Symbol.dispose]();
  openState({ path, schema: more })[Symbol.dispose]();
  {
    using state = openState({ path, schema: more });
    state.database.exec("INSERT INTO notes (text, at) VALUES ('a', 'b')");
  }
  expect(() => openState({ path, schema: SCHEMA })).toThrow("newer version");
  const wrong = [...more, "CREATE TABLE notes (text TEXT) STRICT;"];
  expect(() => openState({ path, schema: wrong })).toThrow("already exists");
  using state = openState({ path, schema: more });
  expect(state.database.prepare("SELECT count(*) AS n FROM notes").get()).toEqual({ n: 1 });
});

test("a file that is none of SQLite is refused", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "state.db");
  writeFileSync(path, "hello ".repeat(1_000));
  expect(() => openState({ path, schema: SCHEMA })).toThrow(`${path} cannot be used: file is not a database`);
});
