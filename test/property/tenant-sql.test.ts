import fc from "fast-check";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "pgsql-parser";
import { expect, test } from "vitest";
import { isJsonArray, isJsonObject, type Json } from "../../src/base/json.ts";
import { isTuttiError } from "../../src/model/errors.ts";
import { scopeStatement } from "../../src/tenant-sql/scope-statement.ts";
import { CONFIG, TENANT } from "../tenant-sql/configuration.ts";

/** Pieces of statements that are known to be dangerous, and of those that are not. */
async function pieces(): Promise<readonly string[]> {
  const files = ["refused.sql", "confined.sql", "legitimate.sql"];
  const texts = await Promise.all(files.map(async (file) => await readFile(join(import.meta.dirname, "../tenant-sql", file), "utf8")));
  const statements = texts.flatMap((text) => text.split(/^--[:$].*$/m)).map((text) => text.trim());
  return statements.filter((text) => text !== "");
}

test("whatever a statement is put together from, it is refused, or every table in it stands beside a condition on the tenant", async () => {
  const statements = await pieces();
  const words = [...new Set(statements.flatMap((text) => text.split(/(?<=[\s(),.])|(?=[\s(),.])/)))];
  const statement = fc.constantFrom(...statements);
  const word = fc.constantFrom(...words);
  const mixed = fc.oneof(
    statement,
    fc.tuple(statement, fc.nat(), word).map(([text, at, piece]) => splice(text, at, 0, ` ${piece} `)),
    fc.tuple(statement, fc.nat(), fc.nat(20)).map(([text, at, length]) => splice(text, at, length, "")),
    fc.tuple(statement, fc.nat(), statement).map(([text, at, inner]) => splice(text, at, 0, `(${inner})`)),
    fc.tuple(statement, statement).map(([left, right]) => `${left} UNION ALL ${right}`),
    fc.tuple(statement, statement).map(([inner, text]) => `WITH w AS (${inner}) ${text}`),
    fc.tuple(statement, statement).map(([inner, text]) => text.replace(/\b(?:orders|customers)\b/, `(${inner}) AS q`)),
    fc.tuple(statement, word, word).map(([text, from, to]) => text.replaceAll(from, to)),
    fc.string({ unit: "binary", maxLength: 60 }),
  );
  const ends = { scoped: 0, refused: 0 };
  const property = fc.asyncProperty(mixed, PARAMS, async (sql, params) => {
    const end: unknown = await scopeStatement(sql, params as Json[], { tenant: TENANT, config: CONFIG }).catch((error: unknown) => error);
    ends[end instanceof Error ? "refused" : "scoped"] += 1;
    if (end instanceof Error) return isTuttiError(end, "access.denied") || isTuttiError(end, "input.invalid");
    const { text, values } = end as Awaited<ReturnType<typeof scopeStatement>>;
    return (await bareTables(text, values)).length === 0;
  });
  await fc.assert(property, { numRuns: 3_000 });
  expect(Math.min(ends.scoped, ends.refused)).toBeGreaterThan(300);
});

/** Most statements have no parameters. */
const PARAMS = fc.oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(fc.jsonValue(), { maxLength: 2 }) });

function splice(text: string, at: number, length: number, piece: string): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + length);
}

/** Tables that a text names without a condition beside them that they are the tenant's, found by other means than the rewriter's. */
async function bareTables(text: string, values: readonly Json[]): Promise<readonly string[]> {
  const tree = (await parse(text)) as unknown as Json;
  const found: string[] = [];
  const visit = (part: Json, member: string): void => {
    if (isJsonArray(part)) for (const each of part) visit(each, member);
    if (!isJsonObject(part)) return;
    const condition = JSON.stringify(part["whereClause"] ?? "");
    const isOwn = values.some((value, index) => value === TENANT && condition.includes(`{"ParamRef":{"number":${index + 1},`));
    const isInsert = "cols" in part && "selectStmt" in part;
    const read = isJsonArray(part["fromClause"]) ? part["fromClause"].map(tableOf) : [];
    const bare = isOwn ? [] : [...read, ...(isInsert ? [] : [nameOf(part["relation"])])];
    // In a join there is no place for a condition of ours.
    if (member !== "fromClause") bare.push(tableOf(part));
    found.push(...bare.filter((name) => name !== undefined && CONFIG.tables[name]?.kind !== "shared").map((name) => `${member} ${name}`));
    for (const [key, inner] of Object.entries(part)) visit(inner, key);
  };
  visit(tree, "");
  return found;
}

function tableOf(part: Json): string | undefined {
  return isJsonObject(part) ? nameOf(part["RangeVar"]) : undefined;
}

/** The name of a real table; undefined for a query in WITH, which has no schema and not the name of a table. */
function nameOf(fields: Json | undefined): string | undefined {
  const name = isJsonObject(fields) ? fields["relname"] : undefined;
  if (!isJsonObject(fields) || typeof name !== "string") return undefined;
  return fields["schemaname"] !== undefined || Object.hasOwn(CONFIG.tables, name) ? name : undefined;
}
