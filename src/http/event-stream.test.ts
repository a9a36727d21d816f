import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { abortable } from "../base/abortable.ts";
import type { ServerEvent } from "./event-stream.ts";
import { eventStream, wantsEvents } from "./event-stream.ts";

/** A stream whose events come when the test says so. */
class Source {
  readonly clock = new ManualClock();
  readonly closing = new AbortController();
  readonly gone = new AbortController();
  readonly faults: unknown[] = [];
  asked = 0;
  hasEnded = false;
  #next = Promise.withResolvers<ServerEvent | "end">();

  async open(): Promise<Response> {
    const opened = eventStream((signal) => this.#events(signal), {
      clock: this.clock,
      closing: this.closing.signal,
      gone: this.gone.signal,
      onFault: (error) => void this.faults.push(error),
    });
    // It may be refused before that.
    opened.catch(() => undefined);
    await nextTurn();
    this.clock.advance(250);
    return await opened;
  }

  tell(event: ServerEvent | "end"): void {
    const told = this.#next;
    this.#next = Promise.withResolvers();
    told.resolve(event);
  }

  fail(error: Error): void {
    this.#next.reject(error);
  }

  async *#events(signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
    try {
      for (;;) {
        this.asked += 1;
        const next = await abortable(this.#next.promise, signal);
        if (next === "end") return;
        yield next;
      }
    } finally {
      this.hasEnded = true;
    }
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string | undefined> {
  const { value } = await reader.read();
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

function readerOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const { body } = response;
  if (body === null) throw new Error("there is a body");
  return body.getReader();
}

test("events come as they are told, and the stream ends after the last one", async () => {
  const source = new Source();
  const response = await source.open();
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = readerOf(response);
  expect(await read(reader)).toBe("retry: 2000\n\n");
  source.tell({ id: 7, event: "step", data: { text: "a\nb" } });
  expect(await read(reader)).toBe('id: 7\nevent: step\ndata: {"text":"a\\nb"}\n\n');
  await nextTurn();
  source.tell("end");
  expect(await read(reader)).toBeUndefined();
});

test("who waits hears a sign of life every 15 seconds", async () => {
  const source = new Source();
  const reader = readerOf(await source.open());
  await read(reader);
  for (let beat = 0; beat < 3; beat += 1) {
    const heard = read(reader);
    await nextTurn();
    source.clock.advance(15_000);
    expect(await heard).toBe(": \n\n");
  }
});

test("no more than one event is asked for that nobody has taken", async () => {
  const source = new Source();
  const response = await source.open();
  for (let place = 0; place < 10; place += 1) {
    source.tell({ event: "step", data: place });
    await nextTurn();
  }
  expect(source.asked).toBeLessThanOrEqual(2);
  await response.body?.cancel();
  await nextTurn();
  expect(source.hasEnded).toBe(true);
  expect(source.clock.nextMs).toBeUndefined();
});

test("whoever goes before anything was read leaves nothing behind", async () => {
  const source = new Source();
  await source.open();
  source.gone.abort();
  await nextTurn();
  expect([source.hasEnded, source.clock.nextMs, source.faults]).toEqual([true, undefined, []]);
});

test("the stream ends with an event when the process ends, and after ten minutes", async () => {
  for (const end of [(source: Source) => source.closing.abort(), (source: Source) => source.clock.advance(600_000)]) {
    const source = new Source();
    const reader = readerOf(await source.open());
    await read(reader);
    end(source);
    const heard: (string | undefined)[] = [];
    while (heard.at(-1)?.includes("closing") !== true) heard.push(await read(reader));
    expect(await read(reader)).toBeUndefined();
    await nextTurn();
    expect([source.hasEnded, source.faults]).toEqual([true, []]);
  }
});

test("what is refused at once is no stream, and what fails later is cut off and told to the process", async () => {
  const refusing = new Source();
  const opened = refusing.open();
  refusing.fail(new Error("refused"));
  await expect(opened).rejects.toThrow("refused");
  const failing = new Source();
  const reader = readerOf(await failing.open());
  await read(reader);
  failing.fail(new Error("the disk is full"));
  await expect(reader.read()).rejects.toThrow("cut off");
  expect(failing.faults).toMatchObject([{ message: "the disk is full" }]);
});

test.each([
  ["text/event-stream", true],
  ["text/event-stream, application/json", false],
  ["*/*", false],
  [undefined, false],
])("who accepts %s wants a stream: %s", (accept, wanted) => {
  expect(wantsEvents(new Headers(accept === undefined ? {} : { accept }))).toBe(wanted);
});
