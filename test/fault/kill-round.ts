import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { assert } from "../../src/base/assert.ts";

/** A workflow that is killed on its way, and the outcome that it must have all the same. */
export const KILLED: readonly { readonly file: string; readonly outcome: string }[] = [
  { file: "sequence.yaml", outcome: "completed" },
  { file: "fan-out.yaml", outcome: "completed" },
  { file: "rollback.yaml", outcome: "failed_with_rollback" },
  { file: "timer-and-child.yaml", outcome: "completed" },
  { file: "partial.yaml", outcome: "partial_success" },
];

const ROOT = resolve(import.meta.dirname, "../..");
const LIVES_MAX = 12;

/** Counted from the start of the server, which comes just before the first call; the longest workflow takes about as long. */
const KILL_WITHIN_MS = 500;

interface Entry {
  readonly tool: string;
  readonly call: string;
  readonly key: string;
}

interface StepDocument {
  readonly id: string;
  readonly status: string;
}

interface ExecutionDocument {
  readonly execution_id: string;
  readonly outcome?: string | null;
  readonly steps: readonly StepDocument[];
}

/** What one round has shown. */
export interface Round {
  readonly file: string;
  readonly outcome: string | null;
  readonly kills: number;
  readonly doubts: number;
  /** Everything that is wrong; empty for a good round. */
  readonly faults: readonly string[];
}

/**
 * Runs a workflow with the real command against a real server, kills the command with SIGKILL at random moments,
 * takes the execution up again until it has ended, and compares what the server's ledger tells with what must be.
 *
 * @param random - gives numbers in [0, 1), so that a round can be repeated
 */
export async function killRound(kind: (typeof KILLED)[number], random: () => number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), "tutti-kill-"));
  try {
    return await new KillRound(folder, kind, random).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class KillRound {
  readonly #folder: string;
  readonly #kind: (typeof KILLED)[number];
  readonly #random: () => number;
  #kills = 0;
  #doubts = 0;

  constructor(folder: string, kind: (typeof KILLED)[number], random: () => number) {
    this.#folder = folder;
    this.#kind = kind;
    this.#random = random;
    const server = { command: process.execPath, args: [join(ROOT, "test/fault/ledger-server.ts")], env: { LEDGER: this.#ledger } };
    writeFileSync(this.#config, JSON.stringify({ mcpServers: { ledger: server } }));
  }

  get #ledger(): string {
    return join(this.#folder, "ledger.jsonl");
  }

  get #config(): string {
    return join(this.#folder, "mcp.json");
  }

  async run(): Promise<Round> {
    const workflow = join(ROOT, "test/fault/workflows", this.#kind.file);
    let document: ExecutionDocument | undefined;
    for (let life = 0; life < LIVES_MAX && !hasEnded(document); life += 1) {
      const begun = existsSync(join(this.#folder, "data", "journal.db")) && (await this.#unfinished()) > 0;
      const command = begun ? ["executions", "resume"] : ["run", workflow];
      const killAfterMs = life < 3 && (life === 0 || this.#random() < 0.5) ? this.#random() * KILL_WITHIN_MS : undefined;
      const text = await this.#tutti(command, killAfterMs);
      if (text === undefined) continue;
      const answer = JSON.parse(text) as ExecutionDocument | readonly ExecutionDocument[];
      document = [answer].flat().find((one) => this.#isRoot(one)) ?? document;
      if (document !== undefined && !hasEnded(document)) await this.#goAndLook();
    }
    return {
      file: this.#kind.file,
      outcome: document?.outcome ?? null,
      kills: this.#kills,
      doubts: this.#doubts,
      faults: this.#faults(document),
    };
  }

  #isRoot(document: ExecutionDocument): boolean {
    return !document.steps.some((step) => step.id === "pay");
  }

  async #unfinished(): Promise<number> {
    const text = await this.#tutti(["executions", "list"]);
    const { executions } = JSON.parse(text ?? "{}") as { readonly executions?: readonly Pick<ExecutionDocument, "outcome">[] };
    return (executions ?? []).filter((execution) => !hasEnded(execution)).length;
  }

  /** A person looks into the ledger, and says what is true of every call in doubt. */
  async #goAndLook(): Promise<void> {
    const listed = JSON.parse((await this.#tutti(["executions", "list", "--all"])) ?? "{}") as {
      readonly executions?: readonly ExecutionDocument[];
    };
    for (const { execution_id: id } of listed.executions ?? []) {
      const shown = JSON.parse((await this.#tutti(["executions", "show", id])) ?? "{}") as ExecutionDocument;
      for (const step of shown.steps.filter(({ status }) => status === "in_doubt")) {
        this.#doubts += 1;
        const entry = this.#entries().find(({ key }) => key === `${id}/${step.id}`);
        const verdict = entry === undefined ? ["--not-happened"] : ["--happened", "--output", JSON.stringify({ id: entry.key })];
        await this.#tutti(["executions", "resolve", id, step.id, ...verdict]);
      }
    }
  }

  #faults(document: ExecutionDocument | undefined): readonly string[] {
    const faults: string[] = [];
    if (document?.outcome !== this.#kind.outcome) faults.push(`it ended ${document?.outcome ?? "never"}, not ${this.#kind.outcome}`);
    const acted = this.#entries()
      .filter(({ tool }) => tool === "act")
      .map(({ key }) => key);
    const twice = acted.filter((key, index) => acted.indexOf(key) !== index);
    for (const key of twice) faults.push(`${key} was done twice`);
    return faults;
  }

  #entries(): readonly Entry[] {
    if (!existsSync(this.#ledger)) return [];
    const lines = readFileSync(this.#ledger, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Entry);
  }

  /** What the command printed, or undefined when it was killed. */
  async #tutti(args: readonly string[], killAfterMs?: number): Promise<string | undefined> {
    const child = spawn(
      process.execPath,
      [join(ROOT, "bin/tutti.js"), ...args, "--config", this.#config, "--data-dir", join(this.#folder, "data"), "--json"],
      {
        cwd: this.#folder,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const exit = exited(child);
    if (killAfterMs !== undefined) await this.#killLater(child, killAfterMs);
    const { code, signal } = await exit;
    if (signal === "SIGKILL") {
      this.#kills += 1;
      await this.#untilServersAreGone();
      return undefined;
    }
    assert([0, 1, 2, 3].includes(code ?? -1), `tutti ${args.join(" ")} exited with ${code}: ${errors}${output}`);
    return output;
  }

  async #killLater(child: ChildProcess, afterMs: number): Promise<void> {
    const servers = this.#servers().length;
    while (child.exitCode === null && this.#servers().length === servers) await pause(2);
    await pause(afterMs);
    child.kill("SIGKILL");
  }

  /** A file for each server that was ever started. */
  #servers(): readonly string[] {
    return globSync(`${this.#ledger}.*.pid`);
  }

  /** A server whose client was killed sees the end of its input and goes; what it does until then is done. */
  async #untilServersAreGone(): Promise<void> {
    for (let look = 0; look < 500; look += 1) {
      const alive = this.#servers()
        .map((file) => Number(readFileSync(file, "utf8")))
        .filter(isAlive);
      if (alive.length === 0) return;
      await pause(10);
    }
    throw new Error("a server has outlived its client by 5 s");
  }
}

/** While an execution goes on, its outcome is null. */
function hasEnded(document: Pick<ExecutionDocument, "outcome"> | undefined): boolean {
  return typeof document?.outcome === "string";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function exited(child: ChildProcess): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
  return new Promise((resolveExit, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolveExit({ code, signal }));
  });
}
