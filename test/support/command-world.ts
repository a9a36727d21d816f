import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository, runCommand, startCommand } from "./built-command.ts";
import type { Finished, RunningCommand } from "./built-command.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A directory in which `tutti` is used as a person would use it. It goes with all that is in it when it is disposed. */
export interface CommandWorld extends Disposable {
  readonly path: string;
  write(name: string, text: string): void;
  run(...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): RunningCommand;
  /** Runs with `--json` and reads the document. */
  json<Document>(...args: readonly string[]): Promise<Document>;
}

/** What of an execution's document tests look at. */
export interface ExecutionDocument {
  readonly execution_id: string;
  readonly status: string;
  readonly outcome?: string;
  readonly output: unknown;
  readonly steps: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
}

/** A world with a `tutti.yaml` that names test servers: a file of test/support/servers each. */
export function commandWorld(servers: Readonly<Record<string, string>> = {}): CommandWorld {
  const directory = temporaryDirectory();
  const { path } = directory;
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  const entries = Object.entries(servers).map(
    ([name, file]) => `  ${name}: { command: ${process.execPath}, args: [${inRepository(`test/support/servers/${file}`)}] }\n`,
  );
  write("tutti.yaml", entries.length === 0 ? "{}\n" : `servers:\n${entries.join("")}`);
  return {
    path,
    write,
    run: async (...args) => await runCommand(args, path),
    start: (...args) => startCommand(args, path),
    async json<Document>(...args: readonly string[]) {
      return JSON.parse((await runCommand([...args, "--json"], path)).stdout) as Document;
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  };
}
