import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { type Environment, type Finished, inRepository, runCommand } from "./built-command.ts";
import { freshClone } from "./fresh-clone.ts";

/** An answer to a request, as the command prints it. */
export interface Answer {
  readonly meta: { readonly correlation_context: { readonly execution_id: string; readonly rollback_actions?: readonly string[] } };
  readonly data: { readonly status: string; readonly results: unknown };
  readonly error?: { readonly type: string; readonly message: string };
}

/** One example whose services keep SQLite files in `out/`, in a repository of its own. */
export interface ExampleClone extends Disposable {
  /** The root of the repository. */
  readonly path: string;
  readonly folder: string;
  run(args: readonly string[], environment?: Environment): Promise<Finished>;
  /** Runs a command that prints an envelope. */
  request(args: readonly string[], environment?: Environment): Promise<Answer>;
  /** Requests an operation with an envelope that has nothing but this. */
  ask(operation: string, parameters: object, environment?: Environment, meta?: object): Promise<Answer>;
  /** The rows of a query on one of the files, their values with spaces between them. None while there is no such file. */
  select(file: string, query: string): readonly string[];
  /** Looks until it is true, for 20 s at most. */
  until(condition: () => boolean): Promise<void>;
}

export function cloneOf(example: string): ExampleClone {
  const clone = freshClone();
  const folder = join(clone.path, "examples", example);
  const run = (args: readonly string[], environment: Environment = {}): Promise<Finished> => runCommand(args, clone.path, environment);
  const request = async (args: readonly string[], environment: Environment = {}): Promise<Answer> => {
    const { stdout, stderr } = await run(args, environment);
    expect(stdout, `it printed ${stderr}`).toMatch(/^\{/);
    return JSON.parse(stdout) as Answer;
  };
  return {
    path: clone.path,
    folder,
    run,
    request,
    async ask(operation, parameters, environment, meta = {}) {
      const file = join(clone.path, "request.json");
      writeFileSync(file, JSON.stringify({ meta, data: { operation, parameters } }));
      return await request(["request", file, "--config", join("examples", example, "tutti.yaml")], environment);
    },
    select(file, query) {
      const path = join(folder, "out", `${file}.db`);
      if (!existsSync(path)) return [];
      using database = new DatabaseSync(path, { timeout: 5_000 });
      // A service may be about to make it.
      if (database.prepare("PRAGMA user_version").get()?.["user_version"] === 0) return [];
      return database
        .prepare(query)
        .all()
        .map((row) => Object.values(row).join(" "));
    },
    async until(condition) {
      const endMs = performance.now() + 20_000;
      while (!condition()) {
        if (performance.now() > endMs) throw new Error("it has not happened within 20 s");
        await pause(20);
      }
    },
    [Symbol.dispose]: () => clone[Symbol.dispose](),
  };
}

/** The commands in a README, as they are tested, after `npx tutti `. */
export function commandsInReadme(example: string): readonly string[] {
  const text = readFileSync(inRepository(`examples/${example}/README.md`), "utf8");
  return [...text.matchAll(/^npx tutti (.*)$/gm)].map(([, command = ""]) => command);
}
