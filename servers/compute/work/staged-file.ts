import { randomUUID } from "node:crypto";
import { constants, mkdirSync, rmSync, statSync } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { join } from "node:path";
import { contentOf, type Exchange } from "../../kit/files/exchange.ts";
import { refuse } from "../../kit/reference-server.ts";
import type { SourceFile } from "../table/source-file.ts";

/** A file of the exchange, copied to where nobody changes it. Disposing takes its folder away. */
export interface StagedFile extends Disposable {
  readonly directory: string;
  readonly path: string;
  readonly format: SourceFile["format"];
  readonly sha256: string;
}

export interface Staging {
  readonly exchange: Exchange;
  /** The copy gets a folder of its own in it. Its path means one file: it has no `*`, `?` or `[`. */
  readonly directory: string;
  readonly bytesMax: number;
}

const SEALED = "TUTTI-SEALED-1\n";
const PARQUET = "PAR1";

/** @throws ToolError - there is no such file, or it is no table */
export async function stageFile({ exchange, directory, bytesMax }: Staging, tenant: string, file: string): Promise<StagedFile> {
  const from = exchange.existing(tenant, file);
  const { size } = statSync(from);
  if (size > bytesMax) throw refuse(`"${file}" has ${size} bytes; ${bytesMax} are the most`);
  const format = await formatOf(from, file);
  const place = join(directory, randomUUID());
  mkdirSync(place, { recursive: true });
  const dispose = (): void => rmSync(place, { recursive: true, force: true });
  try {
    const path = join(place, `input.${format}`);
    await copyFile(from, path, constants.COPYFILE_FICLONE);
    const { sha256 } = await contentOf(path);
    return { directory: place, path, format, sha256, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function formatOf(path: string, file: string): Promise<SourceFile["format"]> {
  await using handle = await open(path, "r");
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(SEALED.length), 0, SEALED.length, 0);
  const begin = buffer.toString("latin1", 0, bytesRead);
  if (begin === SEALED) throw refuse(`"${file}" is sealed: decrypt it first`);
  if (begin.startsWith(PARQUET)) return "parquet";
  if (/\.(csv|tsv|txt)$/i.test(file)) return "csv";
  throw refuse(`"${file}" is neither Parquet nor called .csv: other files are not read`);
}
