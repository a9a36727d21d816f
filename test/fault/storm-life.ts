import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { StormNews, StormOrder } from "./storm-messages.ts";

/** How a process of Tutti ended. */
export interface LifeEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote to stderr. */
  readonly words: string;
}

const WORDS_MAX = 4_000;
/** What a process has written arrives after its end. */
const LAST_WORDS_MS = 100;
const ENDS_WITHIN_MS = 15_000;

/** One process of Tutti, from its start until it is killed or closed. */
export class StormLife {
  readonly ended: Promise<LifeEnd>;
  readonly #child: ChildProcess;
  #words = "";

  /** @param settings - the file that the process reads */
  constructor(settings: string, hear: (news: StormNews) => void) {
    this.#child = spawn(process.execPath, ["--expose-gc", join(import.meta.dirname, "storm-tutti.ts"), settings], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child.on("message", (news: StormNews) => hear(news));
    this.#child.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (text: Buffer) => (this.#words = (this.#words + text.toString()).slice(-WORDS_MAX)));
    }
    this.ended = new Promise((resolve) => {
      // Not "close": it also waits for the channel, and that of a process killed while it was sent much may stay open.
      this.#child.on("exit", (exitCode, signal) => {
        setTimeout(() => {
          this.#letGo();
          resolve({ exitCode, signal, words: this.#words });
        }, LAST_WORDS_MS);
      });
    });
  }

  /** An order to a process that has just ended is lost, as it would be a moment later. */
  order(order: StormOrder): void {
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  async kill(): Promise<LifeEnd> {
    this.#child.kill("SIGKILL");
    return await this.ended;
  }

  /** Asks it to let go of everything. What does not end by itself then is killed, and that is told by its signal. */
  async close(): Promise<LifeEnd> {
    this.order({ type: "close" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), ENDS_WITHIN_MS);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  #letGo(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    if (this.#child.connected) this.#child.disconnect();
  }
}
