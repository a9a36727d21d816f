import type { Socket } from "node:net";
import { type ClientOptions, WebSocket } from "ws";
import type { Clock } from "../base/clock.ts";
import type { Ms } from "../base/duration.ts";
import { TextSocket, type TextSocketParts } from "../base/text-socket.ts";
import type { TlsMaterial } from "../base/tls-material.ts";
import { FRAME_BYTES_MAX } from "./message-parts.ts";

const OPEN_WITHIN_MS: Ms = 10_000;
const HANGS_UP_WITHIN_MS: Ms = 1_000;
/** A hub that hangs is known after three to four of these. */
const PING_EVERY_MS: Ms = 1_500;

export interface HubAddress {
  /** `ws:` or `wss:` */
  readonly url: string;
  /** For `wss:`; without it the authorities that the system knows are believed. */
  readonly tls: TlsMaterial | undefined;
}

/** A connection to a hub. */
export interface HubSocket extends Pick<TextSocket, "send" | "close"> {
  /** Ends it at once, without a farewell. */
  abandon(): void;
  /** What has been sent and the system has not yet taken, in bytes. */
  unsent(): number;
}

/** Opens a connection to a hub; rejects with what is in the way. */
export async function openHubSocket(
  { url, tls }: HubAddress,
  {
    clock,
    receive,
    ended,
    signal,
  }: Pick<TextSocketParts, "clock" | "receive" | "ended"> & { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<HubSocket> {
  signal.throwIfAborted();
  const options: ClientOptions & { readonly closeTimeout: Ms } = {
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    closeTimeout: HANGS_UP_WITHIN_MS,
    ...(tls === undefined || !/^wss:/i.test(url) ? {} : { ...tls.current().options, rejectUnauthorized: true }),
  };
  const socket = new WebSocket(url, options);
  const open = Promise.withResolvers<TextSocket>();
  let wire: Socket | undefined;
  socket.once("upgrade", (response) => {
    wire = response.socket;
  });
  socket.once("open", () => {
    // At once: what comes with the last bytes of the handshake is told before a promise is.
    if (wire !== undefined) open.resolve(new TextSocket({ socket, wire, clock, receive, ended, pingEveryMs: PING_EVERY_MS }));
  });
  socket.on("error", open.reject);
  const stop = (): void => open.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  using _limit = clock.after(OPEN_WITHIN_MS, () => open.reject(new Error(`it has not answered within ${OPEN_WITHIN_MS / 1_000} s`)));
  try {
    const connected = await open.promise;
    return {
      send: (text) => connected.send(text),
      close: async (code) => await connected.close(code),
      abandon: () => socket.terminate(),
      unsent: () => socket.bufferedAmount,
    };
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
