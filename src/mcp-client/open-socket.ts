import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { type ClientOptions, WebSocket } from "ws";
import type { Ms } from "../base/duration.ts";
import { TextSocket, type TextSocketParts } from "../base/text-socket.ts";
import type { WebSocketConnection } from "../model/server.ts";
import { connectWords, cutWords } from "./connect-words.ts";
import { httpWords, REFUSAL_BYTES_MAX, statusWords } from "./http-words.ts";
import { readText } from "./read-text.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { SessionPorts } from "./session-ports.ts";
import { StartError } from "./start-error.ts";
import { MESSAGE_BYTES_MAX } from "./wire-fault.ts";

const SUBPROTOCOL = "mcp";
/** The largest message may come in pieces of a kilobyte. */
const FRAGMENTS_MAX = MESSAGE_BYTES_MAX / 1_024;
const OPEN_WITHIN_MS: Ms = 10_000;
/** For a server that has said farewell and then does not hang up: calls in flight wait for that. */
const HANGS_UP_WITHIN_MS: Ms = 250;

export interface SocketOpening extends Pick<TextSocketParts, "receive" | "ended"> {
  readonly ports: SessionPorts;
  readonly signal: AbortSignal;
}

/**
 * Opens a WebSocket to a server. It follows no redirects: they would take headers along that are meant for this server.
 *
 * @throws StartError - with what the server has answered in place of opening it
 */
export async function openSocket(connection: WebSocketConnection, opening: SocketOpening): Promise<TextSocket> {
  const { ports, signal, receive, ended } = opening;
  const options = await socketOptions(connection, ports);
  signal.throwIfAborted();
  // From here to its listeners nothing may wait: an error that comes between would have nobody who takes it.
  const socket = createSocket(connection, options);
  const open = Promise.withResolvers<TextSocket>();
  const giveUp = (): void => open.reject(new StartError((signal.reason as Error).message, {}));
  let wire: Socket | undefined;
  socket.once("upgrade", (response) => {
    wire = response.socket;
  });
  socket.once("open", () => {
    // At once: what comes with the last bytes of the handshake is told before a promise is.
    if (wire !== undefined) open.resolve(new TextSocket({ socket, wire, clock: ports.clock, receive, ended }));
  });
  socket.once("unexpected-response", (_, response) => void refusal(response, ports).then(open.reject));
  socket.on("error", open.reject);
  signal.addEventListener("abort", giveUp, { once: true });
  const tooLate = new StartError(`it has not opened the WebSocket within ${OPEN_WITHIN_MS / 1_000} s`, {});
  using _limit = ports.clock.after(OPEN_WITHIN_MS, () => open.reject(tooLate));
  try {
    return await open.promise;
  } catch (error) {
    socket.terminate();
    throw error instanceof StartError ? error : new StartError(await openWords(error as Error, connection, ports), { cause: error });
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function socketOptions({ url, headers }: WebSocketConnection, ports: SessionPorts): Promise<SocketOptions> {
  const options = {
    headers: { ...headers },
    maxPayload: MESSAGE_BYTES_MAX,
    maxFragments: FRAGMENTS_MAX,
    closeTimeout: HANGS_UP_WITHIN_MS,
    // It costs more time and memory than it saves on the networks where servers are.
    perMessageDeflate: false,
  };
  if (!/^wss:/i.test(url)) return options;
  const tls = await ports.tls();
  return { ...options, secureContext: tls.current().context, rejectUnauthorized: true };
}

function createSocket({ url }: WebSocketConnection, options: SocketOptions): WebSocket {
  try {
    return new WebSocket(url, [SUBPROTOCOL], options);
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error });
  }
}

/** What ws takes too, although its types do not say so. */
interface SocketOptions extends ClientOptions {
  readonly secureContext?: SecureContext;
  readonly maxFragments: number;
  readonly closeTimeout: Ms;
}

async function refusal(response: IncomingMessage, { clock }: SessionPorts): Promise<StartError> {
  const { statusCode = 0, statusMessage, headers } = response;
  const text = await readText(response, REFUSAL_BYTES_MAX).catch(() => undefined);
  const retryAfterMs = parseRetryAfter(headers["retry-after"], clock.nowMs());
  return new StartError(statusWords(statusCode, httpWords(text, statusMessage)), { retryAfterMs, reached: true });
}

async function openWords(error: Error, { url }: WebSocketConnection, { tls }: SessionPorts): Promise<string> {
  const words = HANDSHAKE_WORDS[error.message] ?? `it cannot be reached: ${connectWords(error)}`;
  return "code" in error && error.code === "ECONNRESET" ? await cutWords(words, url, tls) : words;
}

const HANDSHAKE_WORDS: Readonly<Record<string, string>> = {
  "Server sent no subprotocol": `it does not know the subprotocol "${SUBPROTOCOL}", so it is no MCP server`,
  "Server sent an invalid subprotocol": `it speaks another subprotocol than "${SUBPROTOCOL}", so it is no MCP server`,
  "Invalid Upgrade header": "it has agreed to something that is no WebSocket",
  "Invalid Sec-WebSocket-Accept header": "it has agreed to something that is no WebSocket",
};
