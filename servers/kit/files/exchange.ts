import { createHash, randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  createReadStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { refuse } from "../reference-server.ts";
import { confinedPath, confinedPathToWrite, pathParts } from "./confined-path.ts";

/** A file that is handed from server to server: its name in the exchange, and what is in it. */
export const exchangedFile = z.object({
  file: z.string().describe("Name in the exchange, relative to the folder of the tenant"),
  bytes: z.int().min(0).describe("Size"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Hash of the content, in hexadecimal"),
});

export type ExchangedFile = z.infer<typeof exchangedFile>;

/** The name of a file in the exchange, as tools take it. */
export const exchangeName = z.string().min(1).max(500);

/**
 * A folder in which servers hand files to one another, one folder in it for each tenant. Files appear whole or not at
 * all: they are written beside, and renamed.
 */
export interface Exchange {
  /** The path of a file that is there. @throws ToolError - there is none, or the name leads elsewhere */
  existing(tenant: string, name: string): string;
  /** Writes a file by writing to a path beside it. What was there is replaced when that has succeeded, else left as it was. */
  write(tenant: string, name: string, writing: (path: string) => Promise<void> | void): Promise<ExchangedFile>;
  /** Whether there was such a file. */
  remove(tenant: string, name: string): boolean;
  /** Takes a folder away with all that is in it, and gives how many files that were. */
  removeFolder(tenant: string, name: string): number;
}

/** At the end of the names of files that are being written. */
const PART = ".part";

const LEFTOVER_MS = 86_400_000;

/** Opens a folder as an exchange, and removes what writers left there that died a day ago. */
export function openExchange(directory: string): Exchange {
  const folder = (tenant: string): string => {
    // One part: else a file of one tenant could be in the folder of another.
    const [name, ...more] = pathParts(tenant);
    if (name === undefined || more.length > 0) throw refuse(`"${tenant}" is no tenant that can have files`);
    const place = confinedPath(directory, name);
    if (!existsSync(place)) mkdirSync(place, { recursive: true });
    return place;
  };
  const placeOf = (tenant: string, name: string): string => {
    const path = confinedPathToWrite(folder(tenant), named(name));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw refuse(`"${name}" is a folder`);
    return path;
  };
  removeLeftovers(directory);
  return {
    existing(tenant, name) {
      const path = confinedPath(folder(tenant), named(name));
      if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw refuse(`the exchange has no file "${name}"`);
      return path;
    },
    async write(tenant, name, writing) {
      placeOf(tenant, name);
      const beside = join(folder(tenant), `.${randomUUID()}${PART}`);
      try {
        await writing(beside);
        const { bytes, sha256 } = await contentOf(beside);
        flush(beside);
        // While it was written, somebody may have taken its folder away, or put something else in its place.
        const path = placeOf(tenant, name);
        renameSync(beside, path);
        flush(dirname(path));
        return { file: name, bytes, sha256 };
      } finally {
        rmSync(beside, { force: true });
      }
    },
    remove(tenant, name) {
      const path = confinedPath(folder(tenant), named(name));
      const found = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
      if (found) rmSync(path);
      return found;
    },
    removeFolder(tenant, name) {
      const path = confinedPath(folder(tenant), name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) return 0;
      if (!found.isDirectory()) throw refuse(`"${name}" is a file of the exchange, and no folder`);
      const files = readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).length;
      rmSync(path, { recursive: true, force: true });
      return files;
    },
  };
}

/** What is being written is nobody's yet. */
function named(name: string): string {
  if (name.endsWith(PART)) throw refuse(`"${name}" is no name for a file here: what ends with ${PART} is not finished`);
  return name;
}

/** What a process left that died while it wrote. Younger ones may be of one that still does. */
function removeLeftovers(directory: string): void {
  if (!existsSync(directory)) return;
  for (const tenant of readdirSync(directory, { withFileTypes: true })) {
    if (!tenant.isDirectory()) continue;
    for (const name of readdirSync(join(directory, tenant.name))) {
      if (!name.startsWith(".") || !name.endsWith(PART)) continue;
      const path = join(directory, tenant.name, name);
      const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - changedMs > LEFTOVER_MS) rmSync(path, { force: true });
    }
  }
}

/** Size and hash of a file. */
export async function contentOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(part);
    bytes += part.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** After this, what is in the file survives a power cut; of a folder, which names are in it. */
export function flush(path: string): void {
  const file = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
