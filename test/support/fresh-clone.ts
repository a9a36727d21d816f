import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inRepository } from "./built-command.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** What the examples use of what `npm ci` installs, and the product itself. */
const INSTALLED: Readonly<Record<string, string>> = {
  tutti: ".",
  "@modelcontextprotocol": "node_modules/@modelcontextprotocol",
  zod: "node_modules/zod",
};

/** The examples in a repository as it is after `git clone`, `npm ci` and a build, at a place that has a space in its name. */
export function freshClone(): { readonly path: string } & Disposable {
  const directory = temporaryDirectory();
  const path = join(directory.path, "a clone");
  mkdirSync(join(path, "node_modules"), { recursive: true });
  for (const [name, target] of Object.entries(INSTALLED)) symlinkSync(inRepository(target), join(path, "node_modules", name));
  cpSync(inRepository("examples"), join(path, "examples"), { recursive: true, filter: isTracked });
  return { path, [Symbol.dispose]: () => directory[Symbol.dispose]() };
}

/** What runs of an example on this machine have left in its folder is not in the repository. */
function isTracked(path: string): boolean {
  return basename(dirname(path)) !== "out" || basename(path) === ".gitignore";
}
