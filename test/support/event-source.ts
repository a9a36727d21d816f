import type { Json } from "../../src/base/json.ts";

/** One event as it came. */
export interface SourceEvent {
  readonly id?: string;
  readonly event: string;
  readonly data: Json;
}

/** Somebody who reads a stream of events. Disposing hangs up. */
export interface EventSourceReader extends AsyncDisposable {
  readonly status: number;
  /** All that have come so far. */
  readonly events: readonly SourceEvent[];
  /** Resolves when one of them, or one that comes later, is so. */
  until(wanted: (event: SourceEvent) => boolean): Promise<SourceEvent>;
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
}

/** Opens a stream of events, behind one that was seen before if that is given. */
export async function readEvents(
  url: string,
  options: { readonly lastEventId?: string; readonly credential?: string } = {},
): Promise<EventSourceReader> {
  const { lastEventId, credential } = options;
  const hangUp = new AbortController();
  const response = await fetch(url, {
    headers: {
      accept: "text/event-stream",
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    signal: hangUp.signal,
  });
  const events: SourceEvent[] = [];
  let changed = Promise.withResolvers<void>();
  let isOpen = true;
  const read = async (): Promise<void> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece as Uint8Array, { stream: true });
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = eventIn(text.slice(0, end));
        text = text.slice(end + 2);
        if (event !== undefined) events.push(event);
      }
      changed.resolve();
      changed = Promise.withResolvers();
    }
  };
  const ended = read()
    .catch(() => undefined)
    .then(() => {
      isOpen = false;
      changed.resolve();
    });
  return {
    status: response.status,
    events,
    ended,
    async until(wanted) {
      for (;;) {
        const found = events.find(wanted);
        if (found !== undefined) return found;
        if (!isOpen) throw new Error(`the stream has ended after ${JSON.stringify(events)}`);
        await changed.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      hangUp.abort();
      await ended;
    },
  };
}

/** Undefined for comments and hints. */
function eventIn(block: string): SourceEvent | undefined {
  const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
  const [event, data, id] = [fields.get("event"), fields.get("data"), fields.get("id")];
  if (event === undefined || data === undefined) return undefined;
  return { event, data: JSON.parse(data) as Json, ...(id === undefined ? {} : { id }) };
}
