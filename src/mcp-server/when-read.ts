/** What a client that does not read may make us keep, beside the message that goes beyond it. */
const UNREAD_BYTES_MAX = 16 * 2 ** 20;

/**
 * Tells once when an answer has been written, or its reader has gone. An answer that is there as a whole counts as
 * written. A stream ends when its client takes too little of it: the SDK would keep all the rest.
 */
export function whenRead(response: Response, ended: () => void): Response {
  const { body, status, headers } = response;
  if (body === null || !(headers.get("content-type") ?? "").startsWith("text/event-stream")) {
    ended();
    return response;
  }
  const reader = body.getReader();
  const passed = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        void passOn(reader, controller).finally(ended);
      },
      async cancel(reason) {
        await reader.cancel(reason);
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES_MAX }),
  );
  return new Response(passed, { status, headers });
}

async function passOn(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if ((controller.desiredSize ?? 0) <= 0) throw new Error("the client does not read");
      controller.enqueue(part.value);
    }
    controller.close();
  } catch (error) {
    // Closing what its reader has cancelled is such an error, and does nothing more.
    controller.error(error);
    await reader.cancel(error).catch(() => undefined);
  }
}
