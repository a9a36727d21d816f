import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DataFile } from "./data-files.ts";
import type { TableFile } from "./query-job.ts";

/*
 * T1. A conversion is named for the very file that it was made of: a file that changes is converted again.
 * T2. It appears whole or not at all, so that two servers on one folder may make the same.
 */

/** The files behind the tables. CSV and JSON are read once and kept as Parquet, which answers many times faster. */
export interface TableFiles {
  /** What the tenant may query, and the tables that cannot be had. */
  of(tenant: string, convert: Convert): Promise<{ readonly tables: readonly TableFile[]; readonly missing: readonly MissingTable[] }>;
  /** The tables of all tenants whose files are not there now, and how many of single tenants. */
  missing(): { readonly shared: readonly string[]; readonly own: number };
}

export interface MissingTable {
  readonly name: string;
  readonly problem: string;
}

/** Writes a table as Parquet to the path. */
export type Convert = (table: TableFile, path: string) => Promise<void>;

/** Younger ones may be under way in another process. */
const LEFTOVER_MS = 3_600_000;

export function openTableFiles(folder: string, files: readonly DataFile[]): TableFiles {
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder, new Set(files.flatMap((file) => conversionName(file) ?? [])));
  const underWay = new Map<string, Promise<void>>();
  const readable = async (file: DataFile, convert: Convert): Promise<TableFile> => {
    const source: TableFile = { name: file.table, path: realpathSync(file.path), format: file.format };
    if (file.format === "parquet") return source;
    const name = conversionName(file);
    if (name === undefined) throw new Error("the file has just gone");
    const path = join(folder, name);
    const converting = underWay.get(name) ?? convertOnce(source, path, convert).finally(() => underWay.delete(name));
    underWay.set(name, converting);
    await converting;
    return { ...source, path, format: "parquet" };
  };
  const missing = (own: readonly DataFile[]): readonly MissingTable[] =>
    own.filter(({ path }) => !isFile(path)).map(({ table }) => ({ name: table, problem: "its file is not there" }));
  return {
    async of(tenant, convert) {
      const own = files.filter((file) => file.tenant === tenant);
      const shared = files.filter((file) => file.tenant === undefined && own.every(({ table }) => table !== file.table));
      const tables: TableFile[] = [];
      const broken: MissingTable[] = [];
      for (const file of [...own, ...shared]) {
        if (!isFile(file.path)) continue;
        await readable(file, convert).then(
          (table) => tables.push(table),
          (error: unknown) => broken.push({ name: file.table, problem: error instanceof Error ? error.message : String(error) }),
        );
      }
      return { tables, missing: [...missing([...own, ...shared]), ...broken] };
    },
    missing() {
      const gone = files.filter(({ path }) => !isFile(path));
      const shared = gone.filter(({ tenant }) => tenant === undefined);
      return { shared: shared.map(({ table }) => table), own: gone.length - shared.length };
    },
  };
}

async function convertOnce(source: TableFile, path: string, convert: Convert): Promise<void> {
  if (isFile(path)) return;
  const beside = `${path}.${randomUUID()}.part`;
  try {
    await convert(source, beside);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}

function conversionName(file: DataFile): string | undefined {
  const found = statSync(file.path, { throwIfNoEntry: false });
  if (file.format === "parquet" || found === undefined) return undefined;
  const what = [realpathSync(file.path), found.size, found.mtimeMs, found.ino].join("\n");
  return `${file.table}-${createHash("sha256").update(what).digest("hex").slice(0, 24)}.parquet`; // T1
}

function removeLeftovers(folder: string, wanted: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (!wanted.has(name) && ageMs > LEFTOVER_MS) rmSync(path, { force: true });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
