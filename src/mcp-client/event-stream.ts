import type { Dispatcher } from "undici";
import { type HttpExchange, stopExchange } from "./http-exchange.ts";
import { MESSAGE_BYTES_MAX, WireFault } from "./wire-fault.ts";

type Body = Dispatcher.ResponseData["body"];

/**
 * A body of server-sent events for the SDK. An event of more than 128 MiB stops the exchange.
 *
 * The stream of an exchange that is stopped does not break off but ends with an answer: the SDK would try, over and over,
 * to take up again what it has no answer to. What belongs in the place of that answer is known to the exchange.
 */
export function eventStream(body: Body, exchange: HttpExchange | undefined): ReadableStream<Uint8Array> {
  const chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let openBytes = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await chunks.next();
        if (done === true) {
          if (exchange !== undefined) exchange.interrupted = true;
          return controller.close();
        }
        openBytes = openEventBytes(openBytes, value);
        if (openBytes > MESSAGE_BYTES_MAX) throw oversizedEvent(exchange);
        controller.enqueue(value);
      } catch (error) {
        if (exchange !== undefined) exchange.interrupted = true;
        if (exchange?.stopped === undefined || exchange.id === undefined) return controller.error(error);
        controller.enqueue(finalEvent(exchange.id));
        controller.close();
      }
    },
    async cancel() {
      body.destroy();
    },
  });
}

/** How much of an event has come that has not ended. An end that is split between two chunks is overlooked, which does no harm. */
function openEventBytes(before: number, chunk: Buffer): number {
  const end = Math.max(chunk.lastIndexOf("\n\n"), chunk.lastIndexOf("\r\n\r\n"));
  return end === -1 ? before + chunk.length : chunk.length - end;
}

function oversizedEvent(exchange: HttpExchange | undefined): WireFault {
  const fault = new WireFault("oversized", `the answer has more than ${MESSAGE_BYTES_MAX} bytes, which are the most that are taken`);
  if (exchange !== undefined) stopExchange(exchange, fault);
  return fault;
}

function finalEvent(id: string | number): Uint8Array {
  const answer = { jsonrpc: "2.0", id, error: { code: -32_000, message: "stopped" } };
  // The line ends close whatever event was under way.
  return Buffer.from(`\n\ndata: ${JSON.stringify(answer)}\n\n`);
}
