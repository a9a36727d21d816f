import { expect, test } from "vitest";
import { TuttiError } from "../model/errors.ts";
import { toldByDatabase } from "./database-refusal.ts";

test.each([
  ["23505", "Validation", "there is a row with this key already"],
  ["23P01", "Validation", "the change breaks a rule of the table"],
  ["22P02", "Validation", "a value does not fit the type or the function that it is used with"],
  ["40001", "External", "another transaction was in the way; try again"],
  ["42501", "Security", "the database does not allow this"],
  ["08006", "Connection", "the database cannot be reached"],
  ["57014", "Validation", "the statement takes too long"],
  ["XX000", "External", "the database refused the statement"],
])("of an error %s nothing is told but its kind", (code, type, message) => {
  const error = Object.assign(new Error('Key (email)=("secret@globex.example") already exists'), { code, detail: "secret" });
  const told = toldByDatabase(error);
  expect(told?.error).toEqual({ type, code: `SQLSTATE_${code}`, message, details: { sqlstate: code } });
});

test.each([
  [new TuttiError("tenant.invalid", "no tenant", {}), "TenantExtraction"],
  [new TuttiError("access.denied", "no such table", { missing: [] }), "Security"],
  [new TuttiError("input.invalid", "no statement", { problems: [] }), "Validation"],
])("a statement that is refused before it is run says why (%s)", (error, type) => {
  expect(toldByDatabase(error)?.error).toMatchObject({ type, message: error.message });
});

test.each([
  [new Error("secret")],
  [Object.assign(new Error("x"), { code: "EPIPE" })],
  [Object.assign(new Error("x"), { code: 23505 })],
  ["23505"],
])("%s is no error of the database, and nobody is told of it", (error) => {
  expect(toldByDatabase(error)).toBeUndefined();
});
