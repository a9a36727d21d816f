import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import type { Json } from "../base/json.ts";

/** One event of a stream, as browsers read them. */
export interface ServerEvent {
  /** Where the stream is taken up again after it. */
  readonly id?: number;
  readonly event: string;
  readonly data: Json;
}

export interface EventStreamOptions {
  readonly clock: Clock;
  /** Aborts when the process ends: the stream then ends with a `closing` event. */
  readonly closing: AbortSignal;
  /** Aborts when whoever asked has gone, also before anything was sent. */
  readonly gone: AbortSignal;
  /** Is told why a stream was cut off. */
  readonly onFault: (error: unknown) => void;
}

/** What says nothing for so long is taken for dead by what lies in between. */
const HEARTBEAT_MS: Ms = 15_000;

/** After that whoever reads has to come again, and to say again who he is. */
const STREAM_MS_MAX: Ms = 10 * 60_000;

/** What browsers are told to wait before they come again. */
const RETRY_MS: Ms = 2_000;

/** A source that refuses does so at once: what comes later can only be told within the stream. */
const REFUSES_WITHIN_MS: Ms = 250;

/**
 * Answers with a stream of events. The next one is asked for when the one before has been taken: nothing is kept for whoever
 * reads slowly. The signal that `source` is given aborts when nobody reads any more.
 *
 * @throws what the source throws before its first event
 */
export async function eventStream(
  source: (signal: AbortSignal) => AsyncGenerator<ServerEvent, void>,
  { clock, closing, gone, onFault }: EventStreamOptions,
): Promise<Response> {
  const ended = new AbortController();
  const events = source(ended.signal);
  let next: Promise<IteratorResult<ServerEvent, void>> | undefined = events.next();
  await settledWithin(next, clock);
  const encoder = new TextEncoder();
  let close: () => void = () => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(stream) {
        const write = (text: string): void => stream.enqueue(encoder.encode(text));
        const finish = (): void => {
          if (ended.signal.aborted) return;
          write(eventText({ event: "closing", data: {} }));
          close();
          stream.close();
        };
        const limit = clock.after(STREAM_MS_MAX, finish, { background: true });
        closing.addEventListener("abort", finish, { once: true });
        const leave = (): void => close();
        gone.addEventListener("abort", leave, { once: true });
        close = () => {
          limit[Symbol.dispose]();
          closing.removeEventListener("abort", finish);
          gone.removeEventListener("abort", leave);
          ended.abort(new Error("nobody reads this stream any more"));
          // One that waits ends by the signal; one that does not has still to let go of what it holds.
          events.return().catch(onFault);
        };
        write(`retry: ${RETRY_MS}\n\n`);
        if (closing.aborted) finish();
        if (gone.aborted) close();
      },
      async pull(stream) {
        const beat = (): void => {
          if (!ended.signal.aborted && (stream.desiredSize ?? 0) > 0) stream.enqueue(encoder.encode(": \n\n"));
        };
        try {
          const { done, value } = await beating({ clock, beat }, next ?? events.next());
          next = undefined;
          if (ended.signal.aborted) return;
          if (done !== true) return stream.enqueue(encoder.encode(eventText(value)));
          close();
          stream.close();
        } catch (error) {
          if (ended.signal.aborted) return;
          close();
          onFault(error);
          stream.error(new Error("the stream was cut off"));
        }
      },
      cancel: () => close(),
    },
    { highWaterMark: 1 },
  );
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}

/** Whether somebody wants a stream, and would not take a document as well. */
export function wantsEvents(headers: Headers): boolean {
  const accepted = headers.get("accept") ?? "";
  return accepted.includes("text/event-stream") && !accepted.includes("application/json");
}

function eventText({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Rejects if it does within that time; it goes on in any case. */
async function settledWithin(first: Promise<unknown>, clock: Clock): Promise<void> {
  const waited = Promise.withResolvers<void>();
  using _timer = clock.after(REFUSES_WITHIN_MS, () => waited.resolve());
  await Promise.race([first, waited.promise]);
}

async function beating<T>({ clock, beat }: { readonly clock: Clock; readonly beat: () => void }, next: Promise<T>): Promise<T> {
  let timer: Disposable | undefined;
  const arm = (): void => {
    timer = clock.after(
      HEARTBEAT_MS,
      () => {
        beat();
        arm();
      },
      { background: true },
    );
  };
  arm();
  try {
    return await next;
  } finally {
    timer?.[Symbol.dispose]();
  }
}
