import { extname, resolve } from "node:path";
import { type Environment, listSetting } from "../kit/server-settings.ts";
import type { FileFormat } from "./query-job.ts";

/** A table that whoever runs the server has named in `DATA_FILES`. */
export interface DataFile {
  readonly table: string;
  /** Whose table it is; without it everybody's. */
  readonly tenant?: string;
  /** Absolute. */
  readonly path: string;
  readonly format: FileFormat;
}

const FORMATS: ReadonlyMap<string, FileFormat> = new Map([
  [".parquet", "parquet"],
  [".csv", "csv"],
  [".tsv", "csv"],
  [".json", "json"],
  [".ndjson", "json"],
  [".jsonl", "json"],
]);

/** Letters, digits and `_`: such a name is the same in quotes and without, but for words of SQL, which need them. */
export const TABLE_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** `table=path` for all tenants, `tenant/table=path` for one. @throws Error - an entry is neither, or a table is named twice */
export function dataFiles(environment: Environment): readonly DataFile[] {
  const files = listSetting(environment, "DATA_FILES").map(dataFile);
  const names = files.map(({ tenant, table }) => `${tenant ?? ""}/${table}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`DATA_FILES names the table "${twice.replace(/^\//, "")}" twice`);
  return files;
}

function dataFile(entry: string): DataFile {
  const [, tenant, table, path] = /^(?:([^/=]{1,200})\/)?([^/=]+)=(.+)$/.exec(entry) ?? [];
  if (table === undefined || path === undefined) throw new Error(`DATA_FILES has "${entry}": table=path is wanted, or tenant/table=path`);
  if (!TABLE_NAME.test(table))
    throw new Error(`DATA_FILES names a table "${table}": lower-case letters, digits and _ are wanted, at most 63`);
  const format = formatOf(path);
  if (format === undefined) throw new Error(`DATA_FILES has "${path}": a name that ends in ${[...FORMATS.keys()].join(", ")} is wanted`);
  return { table, path: resolve(path), format, ...(tenant === undefined ? {} : { tenant }) };
}

/** By the end of the name. */
export function formatOf(name: string): FileFormat | undefined {
  return FORMATS.get(extname(name).toLowerCase());
}
