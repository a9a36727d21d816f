import { randomUUID } from "node:crypto";
import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { contentOf, flush } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";

/** The files of models that are or were served, named for their content. */
export interface ModelFiles {
  /** Takes a copy, and gives what is in it. @throws ToolError - it is too large, or sealed */
  take(path: string): Promise<{ readonly sha256: string; readonly bytes: number }>;
  pathOf(sha256: string): string;
}

const BYTES_MAX = 256 * 2 ** 20;
const SEALED = "TUTTI-SEALED-1\n";
/** What another process of this server may be about to use is left alone. */
const YOUNG_MS = 3_600_000;

/** @param inUse - the hashes of files that are needed: others are removed, as are those that were never whole */
export function openModelFiles(directory: string, inUse: ReadonlySet<string>): ModelFiles {
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && Date.now() - found.mtimeMs > YOUNG_MS && !inUse.has(name.replace(/\.onnx$/, "")))
      rmSync(path, { force: true });
  }
  const pathOf = (sha256: string): string => join(directory, `${sha256}.onnx`);
  return {
    pathOf,
    async take(path) {
      const { size } = statSync(path);
      if (size > BYTES_MAX) throw refuse(`the model has ${size} bytes, and ${BYTES_MAX} are the most`);
      const beside = join(directory, `${randomUUID()}.part`);
      try {
        copyFileSync(path, beside);
        if (beginning(beside) === SEALED) throw refuse("the model is sealed: decrypt it first, and deploy what comes of that");
        const content = await contentOf(beside);
        flush(beside);
        // What is there with this name has the same content.
        renameSync(beside, pathOf(content.sha256));
        return content;
      } finally {
        rmSync(beside, { force: true });
      }
    },
  };
}

function beginning(path: string): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(SEALED.length);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
