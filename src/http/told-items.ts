import type { Json } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { ServerEvent } from "./event-stream.ts";

/** What waits for a reader at most, as text. */
const WAITING_CHARACTERS_MAX = 4 * 2 ** 20;
const WAITING_ITEMS_MAX = 1_000;

/** An operation that tells items while it runs. */
export type TellingCall = (tell: (item: Json) => void) => Promise<Json>;

/**
 * The items of an operation as events, and its output as the last one, `result`. Whoever falls too far behind is told
 * `lagging` as the last one, and takes the stream up again where it was: nothing waits for him meanwhile.
 *
 * @param idOf - where the stream is taken up again after an item, if it can be
 */
export async function* toldItems(call: TellingCall, idOf: (item: Json) => number | undefined): AsyncGenerator<ServerEvent, void> {
  let waiting: Json[] = [];
  let characters = 0;
  let lagging = false;
  let changed = Promise.withResolvers<void>();
  const tell = (item: Json): void => {
    characters += JSON.stringify(item).length;
    lagging ||= waiting.length >= WAITING_ITEMS_MAX || (waiting.length > 0 && characters > WAITING_CHARACTERS_MAX);
    if (!lagging) waiting.push(item);
    changed.resolve();
  };
  let end: { readonly output: Json } | { readonly error: unknown } | undefined;
  const called = call(tell).then(
    (output) => (end = { output }),
    (error: unknown) => (end = { error }),
  );
  for (;;) {
    await Promise.race([changed.promise, called]);
    changed = Promise.withResolvers();
    const batch = waiting;
    waiting = [];
    characters = 0;
    for (const item of batch) yield eventOf(item, idOf(item));
    if (lagging) return yield { event: "lagging", data: {} };
    if (end === undefined || waiting.length > 0) continue;
    if ("error" in end) throw end.error;
    return yield { event: "result", data: end.output };
  }
}

function eventOf(item: Json, id: number | undefined): ServerEvent {
  const type = isJsonObject(item) ? item["type"] : undefined;
  return { ...(id === undefined ? {} : { id }), event: typeof type === "string" ? type : "item", data: item };
}
