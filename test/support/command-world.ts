import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { inRepository, runCommand, startCommand } from "./built-command.ts";
import type { Finished, RunningCommand } from "./built-command.ts";
import { processesIn } from "./processes-in.ts";
import { untilNoneRuns } from "./servers/running.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/**
 * A directory in which `tutti` is used as a person would use it. Disposing ends what a test that failed has left running
 * there, and removes the directory with all that is in it.
 */
export interface CommandWorld extends Disposable {
  readonly path: string;
  write(name: string, text: string): void;
  /** Resolves when so many processes run here, commands and servers. */
  untilRunning(count: number): Promise<void>;
  /** Resolves when no command and no server runs here, which must be soon. */
  untilNothingRuns(): Promise<void>;
  run(...args: readonly string[]): Promise<Finished>;
  start(...args: readonly string[]): RunningCommand;
  /** Runs with `--json` and reads the document. */
  json<Document>(...args: readonly string[]): Promise<Document>;
}

/** What of an execution's document tests look at. */
export interface ExecutionDocument {
  readonly execution_id: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly output: unknown;
  readonly steps: readonly { readonly id: string; readonly status: string; readonly attempts: number }[];
}

/** A test server as `tutti.yaml` shall have it. */
export interface ServerEntry {
  /** In test/support/servers, or a path of the repository. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Any other keys that a server has in `tutti.yaml`. */
  readonly keys?: Readonly<Record<string, unknown>>;
}

/** After a command that was killed, the shell that ends what it has left gives it two seconds. */
const SOON_MS = 4_000;

/** A world with a `tutti.yaml` that names test servers. */
export function commandWorld(servers: Readonly<Record<string, string | ServerEntry>> = {}): CommandWorld {
  const directory = temporaryDirectory();
  const { path } = directory;
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  const entries = Object.entries(servers).map(([name, server]) => `  ${name}: ${JSON.stringify(serverEntry(server))}\n`);
  write("tutti.yaml", entries.length === 0 ? "{}\n" : `servers:\n${entries.join("")}`);
  return {
    path,
    write,
    async untilRunning(count) {
      for (let look = 0; look < 500 && processesIn(path).length < count; look += 1) await pause(20);
    },
    untilNothingRuns: async () => await untilNoneRuns(processesIn(path), SOON_MS),
    run: async (...args) => await runCommand(args, path),
    start: (...args) => startCommand(args, path),
    async json<Document>(...args: readonly string[]) {
      return JSON.parse((await runCommand([...args, "--json"], path)).stdout) as Document;
    },
    [Symbol.dispose]() {
      for (const id of processesIn(path)) kill(id);
      directory[Symbol.dispose]();
    },
  };
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** The entry of a server in a configuration, which starts it with the Node that runs the tests. */
function serverEntry(server: string | ServerEntry): object {
  const { file, args = [], keys = {} }: ServerEntry = typeof server === "string" ? { file: server } : server;
  const path = file.includes("/") ? file : `test/support/servers/${file}`;
  return { command: process.execPath, args: [inRepository(path), ...args], ...keys };
}
