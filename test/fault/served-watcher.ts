import { setTimeout as pause } from "node:timers/promises";

/** One thing that a watcher was told. */
export interface ToldStatus {
  readonly position: number;
  readonly executionId: string;
  readonly status: string;
}

const RANK: Readonly<Record<string, number>> = { active: 0, executing: 1, paused: 1, completed: 2, failed: 2 };

/** Follows all news over restarts of the process that tells them, as a browser does. Disposing stops it. */
export class ServedWatcher implements AsyncDisposable {
  /** What it was told that cannot be. */
  readonly faults: string[] = [];
  /** The last status of each execution. */
  readonly statuses: ReadonlyMap<string, string>;
  readonly #statuses = new Map<string, string>();
  readonly #url: string;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #lastId = "0";

  constructor(url: string) {
    this.#url = url;
    this.statuses = this.#statuses;
    this.#following = this.#follow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#read(signal).catch(() => undefined);
      await pause(20, undefined, { signal }).catch(() => undefined);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const headers = { accept: "text/event-stream", "last-event-id": this.#lastId };
    const answer = await fetch(`${this.#url}/api/v1/news`, { headers, signal });
    if (!answer.ok || answer.body === null) throw new Error(`the news were answered with ${answer.status}`);
    let text = "";
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) this.#heard(event);
    }
  }

  #heard(event: string): void {
    const fields = new Map(event.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]));
    const id = fields.get("id");
    const data = fields.get("data");
    if (id === undefined || data === undefined) return;
    if (Number(id) <= Number(this.#lastId)) this.faults.push(`news ${id} came after ${this.#lastId}`);
    this.#lastId = id;
    const told = JSON.parse(data) as { readonly execution_id?: string; readonly status?: string };
    if (told.execution_id === undefined || told.status === undefined) return;
    const before = this.#statuses.get(told.execution_id);
    if (before !== undefined && (RANK[told.status] ?? 0) < (RANK[before] ?? 0)) {
      this.faults.push(`${told.execution_id} went from ${before} back to ${told.status}`);
    }
    this.#statuses.set(told.execution_id, told.status);
  }
}
