import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";
import { records } from "./records.ts";

const PAGE_ROWS = 25;

const countRecords = defineTool({
  name: "count_records",
  description: "How many customers a year has, and on how many pages they are.",
  effect: "reads",
  input: z.object({ year: z.int() }),
  output: z.object({ records: z.int(), pages: z.int() }),
  run({ database, tenant }, { year }) {
    const row = database.prepare("SELECT count(*) AS records FROM customers WHERE tenant = ? AND year = ?").get(tenant, year);
    const count = Number(row?.["records"]);
    return { records: count, pages: Math.ceil(count / PAGE_ROWS) };
  },
});

const readPage = defineTool({
  name: "read_page",
  description: "The customers on one page, from 0, as they were typed in at the time.",
  effect: "reads",
  input: z.object({ year: z.int(), page: z.int().min(0) }),
  output: z.object({ records }),
  run({ database, tenant }, { year, page }) {
    const rows = database
      .prepare("SELECT id, name, phone, address FROM customers WHERE tenant = ? AND year = ? ORDER BY id LIMIT ? OFFSET ?")
      .all(tenant, year, PAGE_ROWS, page * PAGE_ROWS);
    return {
      records: rows.map((row) => ({
        id: Number(row["id"]),
        name: String(row["name"]),
        phone: String(row["phone"]),
        address: String(row["address"]),
      })),
    };
  },
});

/** The old system. It can only be read. */
export const sourceService: Service = {
  title: "Source system",
  store: {
    name: "source",
    schema: `
CREATE TABLE customers (
  tenant TEXT NOT NULL,
  id INTEGER NOT NULL,
  year INTEGER NOT NULL,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT;`,
    seed: seedCustomers,
  },
  tools: [countRecords, readPage],
};

const FIRST = ["ada", "BEN", " Carla ", "dmitri", "Elif", "farid"];
const LAST = ["BECKER", "okafor", "Diaz", "ivanov ", "yılmaz", "Haddad", "Lund"];
const STREETS = ["Mill Lane", "High Street", "Station Road"];

/** 2024 is as such data is; in 2019 some have no telephone, and one was typed in twice. */
function seedCustomers(database: DatabaseSync): void {
  const insert = database.prepare("INSERT INTO customers (tenant, id, year, name, phone, address) VALUES (?, ?, ?, ?, ?, ?)");
  for (const tenant of ["acme", "globex"]) {
    for (let id = 1; id <= 120; id += 1) insert.run(tenant, id, 2024, nameOf(id), phoneOf(id), addressOf(id));
    for (let id = 201; id <= 240; id += 1) insert.run(tenant, id, 2019, nameOf(id), id % 15 === 0 ? "unknown" : phoneOf(id), addressOf(id));
    insert.run(tenant, 241, 2019, nameOf(202), phoneOf(202), addressOf(202));
  }
}

function nameOf(id: number): string {
  return `${FIRST[id % FIRST.length]} ${LAST[id % LAST.length]}`;
}

function phoneOf(id: number): string {
  const number = String(1_000_000 + id * 7);
  return id % 2 === 0 ? `0${number.slice(0, 3)} / ${number.slice(3)}` : `+44-${number.slice(0, 3)} ${number.slice(3)}`;
}

function addressOf(id: number): string {
  return `${id} ${STREETS[id % STREETS.length]}, ${10_000 + id} Leeds`;
}
