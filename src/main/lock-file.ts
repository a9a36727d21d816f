import { open, readFile, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { LockFile } from "../cli/host.ts";
import { TuttiError } from "../model/errors.ts";
import type { ToolLock } from "../model/tool-lock.ts";
import { findConfig } from "./find-config.ts";
import { parseLock, printLock } from "./lock-document.ts";

const NAME = "tutti.lock";

/**
 * Reads the lock beside the configuration, or where tutti was started when there is none.
 *
 * @throws TuttiError `config.invalid` - it is damaged, or was changed by hand; `file.unreadable`
 */
export async function readLockFile(request: Parameters<typeof findConfig>[0]): Promise<LockFile> {
  const { workingDirectory } = request;
  const config = findConfig(request)?.file;
  const own = config === undefined ? workingDirectory : dirname(config);
  const path = join(basename(own) === ".vscode" ? dirname(own) : own, NAME);
  const shown = relative(workingDirectory, path);
  const name = shown.startsWith("..") ? path : shown;
  const text = await readIfThere(path, name);
  if (text === undefined) return { path, name };
  const { lock, problems } = parseLock(text, name);
  if (lock === undefined) throw new TuttiError("config.invalid", `${name} is not right`, { problems });
  return { path, name, lock };
}

async function readIfThere(path: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new TuttiError("file.unreadable", `cannot read ${name}: ${(cause as Error).message}`, { file: name }, { cause });
  }
}

/** Writes a lock beside the old one and then puts it in its place: nobody sees half of it. @throws TuttiError `file.unreadable` */
export async function writeLockFile({ path, name }: LockFile, lock: ToolLock): Promise<void> {
  // What a link leads to is replaced, and not the link.
  const target = await realpath(path).catch(() => path);
  const draft = join(dirname(target), `.${NAME}.${process.pid}`);
  try {
    await writeDurably(draft, printLock(lock));
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new TuttiError("file.unreadable", `cannot write ${name}: ${(cause as Error).message}`, { file: name }, { cause });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, "w");
  await file.writeFile(text);
  await file.sync();
}
