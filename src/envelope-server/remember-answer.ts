import type { Json } from "../base/json.ts";

/** Where a server keeps what it has answered: a table beside the data that its tools change. */
export interface IdempotencyStore {
  /** What was kept for the key; undefined when there is nothing. */
  find(key: string): Json | undefined;
  /** Throws when there is something for the key already. */
  keep(key: string, answer: Json): void;
}

/**
 * Does work once for all calls that carry the same key, and gives the others the answer that the first one got.
 *
 * Call it inside the transaction in which the work changes its data, begun so that nobody else can write
 * (`BEGIN IMMEDIATE` in SQLite): the work and the memory of it then happen together or not at all. It is synchronous so
 * that no other call of the process can come between. Work that throws is not remembered, and may be tried again.
 *
 * @param key - `call.idempotencyKey` of the tool; without one the work is simply done
 */
export function rememberAnswer<Answer extends Json>(store: IdempotencyStore, key: string | undefined, work: () => Answer): Answer {
  if (key === undefined) return work();
  const kept = store.find(key);
  // The key names tenant, tool and call, so that whatever is kept there is an answer of this tool.
  if (kept !== undefined) return kept as Answer;
  const answer = work();
  store.keep(key, answer);
  return answer;
}
