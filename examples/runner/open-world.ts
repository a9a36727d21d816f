import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Example } from "./example.ts";

/** What an example has beside its servers: files that it makes, a mail server that keeps what it gets. Its `world.ts` opens it. */
export interface World extends AsyncDisposable {
  /** Where it is: variables that the configuration of the example names. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What `openWorld` of a `world.ts` is given. */
export interface WorldSettings {
  /** The folder of the example. */
  readonly folder: string;
  /** Where it may write. */
  readonly out: string;
  /** What stands behind the name of the example and is not for the runner. */
  readonly args: readonly string[];
}

interface WorldModule {
  readonly openWorld: (settings: WorldSettings) => Promise<World>;
}

/** @throws Error - the example has no settings, and some were given */
export async function openWorld(example: Example, root: string, args: readonly string[]): Promise<World> {
  const folder = join(root, example.folder);
  const out = join(folder, "out");
  mkdirSync(out, { recursive: true });
  if (!example.hasWorld) {
    if (args.length > 0) throw new Error(`the example "${example.name}" does not know "${args.join(" ")}"`);
    return { environment: {}, [Symbol.asyncDispose]: async () => undefined };
  }
  const module = (await import(pathToFileURL(join(folder, "world.ts")).href)) as WorldModule;
  return await module.openWorld({ folder, out, args });
}
