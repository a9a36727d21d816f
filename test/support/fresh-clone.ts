import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inRepository } from "./built-command.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What `npm ci` and a build make, and what the examples do not change. */
const LINKED = ["node_modules", "dist", "bin", "package.json"];

/** The examples and their servers in a repository as it is after `git clone`, `npm ci` and a build, at a place that has a space in its name. */
export function freshClone(): { readonly path: string } & Disposable {
  const directory = temporaryDirectory();
  const path = join(directory.path, "a clone");
  mkdirSync(path);
  for (const name of LINKED) symlinkSync(inRepository(name), join(path, name));
  for (const folder of ["examples", "servers"]) cpSync(inRepository(folder), join(path, folder), { recursive: true, filter: isTracked });
  return { path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** What runs on this machine have left in folders is not in the repository. */
function isTracked(path: string): boolean {
  if (basename(path) === ".tutti") return false;
  return basename(dirname(path)) !== "out" || basename(path) === ".gitignore";
}
