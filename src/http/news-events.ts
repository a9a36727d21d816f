import type { Json, JsonObject } from "../base/json.ts";
import type { OperationCaller } from "../contract/operation-caller.ts";
import { watchNews } from "../contract/watch-news.ts";
import type { ServerEvent } from "./event-stream.ts";

const WAIT_MS = 30_000;

/**
 * News as events, from a position on, for as long as somebody reads. Each page is asked for when the one before has been
 * taken. `position` tells how far a reader is for whom there was nothing.
 */
export async function* newsEvents(operations: OperationCaller, input: JsonObject, signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
  const { limit: _limit, wait_ms: _wait, after: asked, ...filter } = input;
  let after = asked;
  // At first it is only asked whether the news may be read, and where they are.
  for (let waitMs = 0; ; waitMs = WAIT_MS) {
    const wanted: JsonObject = { ...filter, ...(after === undefined ? {} : { after }), wait_ms: waitMs };
    const { news, position } = (await operations.callByName(watchNews.name, wanted, { signal })) as unknown as NewsPage;
    for (const item of news) yield { id: item.position, event: item.type, data: item };
    if (position !== after && news.at(-1)?.position !== position) yield { id: position, event: "position", data: { position } };
    after = position;
  }
}

/** The document that `watch_news` answers with. */
interface NewsPage {
  readonly news: readonly (JsonObject & { readonly position: number; readonly type: string })[];
  readonly position: Json & number;
}
