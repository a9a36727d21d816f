import { type LifeEnd, StormLife } from "./storm-life.ts";
import type { Sample, StormNews, StormOrder } from "./storm-messages.ts";

export interface StormLivesOptions {
  /** The file that each process reads. */
  readonly settings: string;
  readonly hear: (news: Exclude<StormNews, { readonly type: "sample" | "closed" }>) => void;
  /** Node has warned of something that looks like a leak. */
  readonly warned: (words: string) => void;
  /** One has ended that nobody had killed. */
  readonly died: (end: LifeEnd) => void;
}

/** So often Tutti may end by itself before nobody wants to look at it any longer. */
const DEATHS_MAX = 3;

/** One Tutti after the other: when one is killed or dies, the next begins. */
export class StormLives implements AsyncDisposable {
  /** Of those that were killed. */
  kills = 0;
  /** How long each took to be ready. */
  readonly readyMs: number[] = [];
  /** Of the life that goes on now. */
  samples: Sample[] = [];
  /** What kept the last one alive when it had been closed. */
  left: readonly string[] = [];
  readonly #options: StormLivesOptions;
  readonly #killed = new WeakSet<StormLife>();
  #life: StormLife;
  #isReady = false;
  #begunMs = 0;
  #ready = Promise.withResolvers<void>();
  /** Those who wait for a sample, in the order in which they asked. */
  #asked: ((sample: Sample | undefined) => void)[] = [];
  #closing = false;
  #deaths: string[] = [];

  constructor(options: StormLivesOptions) {
    this.#options = options;
    this.#life = this.#begin();
  }

  /** To one that is not ready nothing is said: it will be told everything when it is. */
  order(order: StormOrder): void {
    if (this.#isReady) this.#life.order(order);
  }

  async untilReady(): Promise<void> {
    while (!this.#isReady && !this.#closing) {
      this.check();
      await this.#ready.promise;
    }
  }

  /** @throws Error - it has ended by itself too often */
  check(): void {
    if (this.#deaths.length > DEATHS_MAX) throw new Error(`Tutti cannot live: ${this.#deaths.at(-1)}`);
  }

  async kill(): Promise<void> {
    this.kills += 1;
    this.#awaitNext();
    this.#killed.add(this.#life);
    await this.#life.kill();
    this.#life = this.#begin();
  }

  /** What it occupies now; undefined when it is killed meanwhile. */
  async sample(): Promise<Sample | undefined> {
    await this.untilReady();
    const { promise, resolve } = Promise.withResolvers<Sample | undefined>();
    this.#asked.push(resolve);
    this.order({ type: "sample" });
    return await promise;
  }

  async close(): Promise<LifeEnd> {
    this.#closing = true;
    return await this.#life.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    this.#ready.resolve();
    await this.#life.kill();
  }

  #begin(): StormLife {
    this.#awaitNext();
    this.#begunMs = performance.now();
    this.samples = [];
    const life = new StormLife(this.#options.settings, (news) => this.#hear(news));
    void life.ended.then((end) => this.#mourn(life, end));
    return life;
  }

  /** Whoever waits for one that was killed before it was ready waits for the next. */
  #awaitNext(): void {
    this.#isReady = false;
    const { resolve } = this.#ready;
    // Another promise first: whoever wakes up and finds that nobody is ready waits for this one, and must not spin.
    this.#ready = Promise.withResolvers();
    resolve();
  }

  #mourn(life: StormLife, end: LifeEnd): void {
    const warning = /MaxListenersExceededWarning.*/.exec(end.words)?.[0];
    if (warning !== undefined) this.#options.warned(warning);
    for (const resolve of this.#asked) resolve(undefined);
    this.#asked = [];
    if (this.#closing || this.#killed.has(life)) return;
    this.#options.died(end);
    this.#deaths.push(end.words);
    if (this.#deaths.length <= DEATHS_MAX) this.#life = this.#begin();
    else this.#ready.resolve();
  }

  #hear(news: StormNews): void {
    if (news.type === "sample") {
      this.#asked.shift()?.(news.sample);
      return;
    }
    if (news.type === "closed") {
      this.left = news.left;
      return;
    }
    if (news.type === "ready") {
      this.readyMs.push(performance.now() - this.#begunMs);
      this.#isReady = true;
      this.#ready.resolve();
    }
    this.#options.hear(news);
  }
}
