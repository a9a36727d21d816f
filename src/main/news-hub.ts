import type { News, NewsSink } from "../ports/news.ts";

/** Tells the news of the engine to whoever wants to know. */
export class NewsHub implements NewsSink {
  readonly #listeners = new Set<(news: News) => void>();

  publish(news: News): void {
    for (const listener of this.#listeners) listener(news);
  }

  subscribe(listener: (news: News) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}
