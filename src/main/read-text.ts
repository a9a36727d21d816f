import { open } from "node:fs/promises";
import { TuttiError } from "../model/errors.ts";

/** Larger files are cut there. Whoever reads the text says that it is too large, at a place in the file. */
const LONGEST_READ_BYTES = 16 * 1024 * 1024;

/** The text of a file, in messages under the name by which it was asked for. @throws TuttiError `file.unreadable` */
export async function readText(path: string, file: string): Promise<string> {
  try {
    await using handle = await open(path);
    const size = Math.min((await handle.stat()).size, LONGEST_READ_BYTES);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size) });
    return buffer.toString("utf8", 0, bytesRead);
  } catch (cause) {
    throw new TuttiError("file.unreadable", `cannot read ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
}
