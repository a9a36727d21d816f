/** One HTTP request as it was sent. */
export interface SentRequest {
  readonly bytes: Buffer;
  /** It asks for a WebSocket: what follows is no HTTP. */
  readonly upgrades: boolean;
}

const END_OF_HEAD = "\r\n\r\n";

/** The first request of what was received, or undefined while a part of it is missing. Bodies have a `content-length`, or there is none. */
export function takeRequest(received: Buffer): SentRequest | undefined {
  const headEnd = received.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = received.subarray(0, headEnd).toString("latin1");
  const bodyBytes = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const end = headEnd + END_OF_HEAD.length + bodyBytes;
  return received.length < end ? undefined : { bytes: received.subarray(0, end), upgrades: /\r\nupgrade: *websocket/i.test(head) };
}
