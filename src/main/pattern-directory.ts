import { closeSync, openSync, readdirSync, readSync, statSync, watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { extname, join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { PatternDefinition } from "../model/pattern.ts";
import type { LocatedProblem } from "../model/problem.ts";
import { CATALOGUE } from "../patterns/catalogue/catalogue.ts";
import { parsePattern } from "../patterns/parse-pattern.ts";
import type { Log } from "../ports/log.ts";
import type { PatternSource } from "../ports/patterns.ts";
import { errorCode } from "../sqlite/data-directory.ts";

const FILES_MAX = 200;
const FILE_BYTES_MAX = 1024 * 1024;
const POLL_MS = 5_000;
/** An editor writes a file in several pieces; what it is in between is of no interest. */
const SETTLE_MS = 50;
const ENDINGS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json"]);

/** The patterns that come with Tutti, and none else. */
export const BUILT_IN_PATTERNS: PatternSource = sourceOf(new Map(), []);

export interface PatternDirectoryOptions {
  /** Absolute. It need not be there yet. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is known of one file. */
interface KnownFile {
  /** Equal while the file is the same. */
  readonly mark: string;
  /** As it was when it was last right. */
  readonly pattern?: PatternDefinition;
  readonly problems: readonly LocatedProblem[];
}

/**
 * The patterns of a directory, one per file, beside those that come with Tutti; kept as the files are now.
 *
 * 1. A file that becomes wrong keeps its last good version, and its problems are told, until it is right or gone.
 * 2. A name belongs to the pattern that comes with Tutti, else to the first file that has it, by file name.
 * 3. Changes are noticed by the system's word, and at the latest by looking every 5 s: some file systems say nothing.
 */
export class PatternDirectory implements PatternSource, Disposable {
  readonly #options: PatternDirectoryOptions;
  #files = new Map<string, KnownFile>();
  #directoryProblem: LocatedProblem | undefined;
  #source: PatternSource = BUILT_IN_PATTERNS;
  #watcher: FSWatcher | undefined;
  #timer: Disposable | undefined;
  #closed = false;

  /** Reads all files. */
  constructor(options: PatternDirectoryOptions) {
    this.#options = options;
    this.#look();
    this.#schedule(POLL_MS);
  }

  list(): readonly PatternDefinition[] {
    return this.#source.list();
  }

  get(name: string): PatternDefinition | undefined {
    return this.#source.get(name);
  }

  isBuiltIn(name: string): boolean {
    return this.#source.isBuiltIn(name);
  }

  problems(): readonly LocatedProblem[] {
    return this.#source.problems();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    this.#watcher?.close();
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#options.clock.after(
      delayMs,
      () => {
        this.#look();
        this.#schedule(POLL_MS);
      },
      { background: true },
    );
  }

  #look(): void {
    this.#follow();
    const files = new Map<string, KnownFile>();
    for (const name of this.#names()) files.set(name, this.#read(name));
    this.#files = files;
    this.#publish();
  }

  /** A directory that has gone and come back is another one. */
  #follow(): void {
    if (this.#watcher !== undefined) return;
    const forget = (watcher: FSWatcher): void => {
      watcher.close();
      if (this.#watcher === watcher) this.#watcher = undefined;
    };
    try {
      const watcher = watch(this.#options.directory, { persistent: false }, (event) => {
        this.#schedule(SETTLE_MS);
        // It may be the directory itself that was moved; the next look watches what is there then.
        if (event === "rename") forget(watcher);
      });
      watcher.on("error", () => forget(watcher));
      this.#watcher = watcher;
    } catch {
      // It is not there, or the system cannot watch any more: then it is looked at again and again.
      this.#watcher = undefined;
    }
  }

  #names(): readonly string[] {
    const { directory } = this.#options;
    this.#directoryProblem = undefined;
    try {
      const entries = readdirSync(directory);
      const names = entries.filter((name) => !name.startsWith(".") && ENDINGS.has(extname(name).toLowerCase())).sort();
      if (names.length > FILES_MAX) {
        this.#directoryProblem = problemAt(
          directory,
          "too-many",
          `there are ${names.length} files, and only the first ${FILES_MAX} are read`,
        );
      }
      return names.slice(0, FILES_MAX);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      this.#directoryProblem = problemAt(directory, "unreadable-file", `the pattern directory cannot be read: ${(error as Error).message}`);
      // Nobody has said that the patterns are no longer wanted.
      return errorCode(error) === "ENOENT" ? [] : [...this.#files.keys()];
    }
  }

  #read(name: string): KnownFile {
    const known = this.#files.get(name);
    const path = join(this.#options.directory, name);
    const last = known?.pattern === undefined ? {} : { pattern: known.pattern };
    try {
      const found = readBounded(path, known?.mark);
      if (found === undefined) return known ?? { mark: "", problems: [] };
      const { pattern, problems } = found.text === undefined ? tooLarge(path) : parsePattern(found.text, path);
      return { mark: found.mark, problems, ...(pattern === undefined ? last : { pattern }) };
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return { mark: "", problems: [problemAt(path, "unreadable-file", `cannot read the file: ${(error as Error).message}`)], ...last };
    }
  }

  #publish(): void {
    const found = new Map<string, PatternDefinition>();
    const problems: LocatedProblem[] = this.#directoryProblem === undefined ? [] : [this.#directoryProblem];
    for (const [name, file] of this.#files) {
      problems.push(...file.problems);
      const { pattern } = file;
      if (pattern === undefined) continue;
      const path = join(this.#options.directory, name);
      if (BUILT_IN_PATTERNS.isBuiltIn(pattern.name)) {
        problems.push(problemAt(path, "name-taken", `"${pattern.name}" comes with Tutti: give the pattern another name`));
      } else if (found.has(pattern.name)) {
        problems.push(problemAt(path, "name-taken", `another file has a pattern "${pattern.name}": give this one another name`));
      } else found.set(pattern.name, pattern);
    }
    this.#tell(problems);
    this.#source = sourceOf(found, problems);
  }

  /** Each problem once, and not at every look. */
  #tell(problems: readonly LocatedProblem[]): void {
    const before = new Set(this.#source.problems().map(lineOf));
    for (const problem of problems) {
      if (!before.has(lineOf(problem))) this.#options.log.write("warn", "a pattern file has a problem", { problem: lineOf(problem) });
    }
  }
}

function sourceOf(found: ReadonlyMap<string, PatternDefinition>, problems: readonly LocatedProblem[]): PatternSource {
  const builtIn = new Map(CATALOGUE.map((pattern) => [pattern.name, pattern]));
  const all = [...CATALOGUE, ...found.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return {
    list: () => all,
    get: (name) => builtIn.get(name) ?? found.get(name),
    isBuiltIn: (name) => builtIn.has(name),
    problems: () => problems,
  };
}

function lineOf({ file, line, column, message }: LocatedProblem): string {
  return `${file}:${line}:${column}: ${message}`;
}

function problemAt(file: string, code: string, message: string): LocatedProblem {
  return { code, severity: "error", message, file, line: 1, column: 1, length: 1, source: "" };
}

function tooLarge(path: string): { readonly pattern?: PatternDefinition; readonly problems: readonly LocatedProblem[] } {
  return { problems: [problemAt(path, "too-large", `the file has more than ${FILE_BYTES_MAX / 1024 / 1024} MiB`)] };
}

/** The text of a file and what tells it from other versions; undefined when it is no file, or the same as `mark` says. */
function readBounded(path: string, mark: string | undefined): { readonly mark: string; readonly text?: string } | undefined {
  const facts = statSync(path, { bigint: true });
  // Opening a pipe would wait for whoever writes to it.
  if (!facts.isFile()) return undefined;
  const found = [facts.dev, facts.ino, facts.size, facts.mtimeNs, facts.ctimeNs].join("/");
  if (found === mark) return undefined;
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(FILE_BYTES_MAX + 1);
    const bytesRead = readSync(file, buffer, 0, buffer.length, 0);
    return bytesRead > FILE_BYTES_MAX ? { mark: found } : { mark: found, text: buffer.toString("utf8", 0, bytesRead) };
  } finally {
    closeSync(file);
  }
}
