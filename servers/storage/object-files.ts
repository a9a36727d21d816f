import { createHash } from "node:crypto";
import { constants, lstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ToolError } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";

/** Where content comes from. */
export interface ContentSource {
  readonly path?: string;
  readonly content?: Buffer;
  /** As many as were seen when it was asked for: it must not have become another file since. */
  readonly bytes: number;
}

/** Where content goes: a file, memory, or nowhere when it is only checked. */
export type Sink = { readonly path: string } | { readonly parts: Buffer[] } | { readonly nowhere: true };

const PART_BYTES = 2 ** 20;
/** Not over links, and not waiting for whoever holds the other end of a pipe. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface Target {
  readonly name: string;
  readonly handle: FileHandle;
}

/**
 * Reads the content once and writes it to all places, which are flushed. A place that fails is left out.
 *
 * @throws ToolError - the content changes while it is read, or was given up
 */
export async function writeReplicas(
  source: ContentSource,
  places: readonly { readonly name: string; readonly path: () => string }[],
  signal: AbortSignal,
): Promise<{ readonly sha256: string; readonly names: readonly string[] }> {
  const hash = createHash("sha256");
  const opened = await Promise.all(places.map(async ({ name, path }) => await openTarget(name, path)));
  let targets = opened.flatMap((target) => target ?? []);
  const all = targets;
  const each = async (work: (handle: FileHandle) => Promise<unknown>): Promise<void> => {
    const done = await Promise.allSettled(targets.map(async ({ handle }) => await work(handle)));
    targets = targets.filter((_, place) => done[place]?.status === "fulfilled");
  };
  try {
    let bytes = 0;
    for await (const part of partsOf(source)) {
      if (signal.aborted) throw givenUp();
      bytes += part.length;
      if (bytes > source.bytes) break;
      hash.update(part);
      await each(async (handle) => await handle.writeFile(part));
    }
    if (bytes !== source.bytes) throw refuse("the file has changed while it was read: upload it again");
    await each(async (handle) => await handle.sync());
  } finally {
    await Promise.allSettled(all.map(async ({ handle }) => await handle.close()));
  }
  return { sha256: hash.digest("hex"), names: targets.map(({ name }) => name) };
}

function givenUp(): ToolError {
  return new ToolError("it was given up before its end", { type: "Connection" });
}

async function openTarget(name: string, path: () => string): Promise<Target | undefined> {
  try {
    return { name, handle: await open(path(), WRITE, 0o600) };
  } catch {
    return undefined;
  }
}

/** Whether a real file of that size is there. */
export function holdsFile(path: string | undefined, bytes: number): boolean {
  if (path === undefined) return false;
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === bytes;
}

/** Copies a file if it is the one that is wanted. When it is not, what the sink has is worth nothing. */
export async function copyVerified(
  path: string,
  wanted: { readonly sha256: string; readonly bytes: number },
  sink: Sink,
  signal: AbortSignal,
): Promise<boolean> {
  if (!holdsFile(path, wanted.bytes)) return false;
  const hash = createHash("sha256");
  await using writer = await openSink(sink);
  let bytes = 0;
  try {
    for await (const part of partsOf({ path, bytes: wanted.bytes })) {
      bytes += part.length;
      if (bytes > wanted.bytes) return false;
      signal.throwIfAborted();
      hash.update(part);
      await writer.write(part);
    }
  } catch (error) {
    if (signal.aborted) throw givenUp();
    // A disk that cannot be read is as bad as one that gives something else; one that cannot be written is not.
    if (error instanceof Error && "syscall" in error && error.syscall === "write") throw error;
    return false;
  }
  return hash.digest("hex") === wanted.sha256;
}

interface SinkWriter extends AsyncDisposable {
  write(part: Buffer): Promise<void>;
}

/** What the sink had is gone. */
async function openSink(sink: Sink): Promise<SinkWriter> {
  const handle = "path" in sink ? await open(sink.path, "w", 0o600) : undefined;
  if ("parts" in sink) sink.parts.length = 0;
  return {
    async write(part) {
      await handle?.writeFile(part);
      if ("parts" in sink) sink.parts.push(part);
    },
    [Symbol.asyncDispose]: async () => await handle?.close(),
  };
}

async function* partsOf({ path, content }: ContentSource): AsyncGenerator<Buffer> {
  if (content !== undefined) yield content;
  if (path === undefined) return;
  const handle = await open(path, READ);
  try {
    if (!(await handle.stat()).isFile()) return;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PART_BYTES), 0, PART_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
