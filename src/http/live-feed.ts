import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import { defined } from "../base/defined.ts";
import type { Ms } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { TaskGroup } from "../base/task-group.ts";
import { TextSocket } from "../base/text-socket.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import { watchNews } from "../contract/watch-news.ts";
import { isTuttiError } from "../model/errors.ts";
import type { Admission } from "./admission.ts";
import type { GuardedPorts, UpgradeHandler } from "./guarded-app.ts";
import { HttpRefusal, refusalOf } from "./http-refusal.ts";
import { newsEvents } from "./news-events.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";

/** Where dashboards find it. */
export const LIVE_PATH = "/ws/live";

const HEARTBEAT_MS: Ms = 5_000;
/** After that whoever listens has to come again, and to say again who he is. */
const SESSION_MS_MAX: Ms = 10 * 60_000;
const SOCKETS_MAX = 1_500;
/** Nothing is asked over it. */
const MESSAGE_BYTES_MAX = 4_096;
const COME_AGAIN = 1012;
const SUBPROTOCOL = "tutti";

export interface LiveFeedPorts extends Pick<GuardedPorts, "clock" | "version" | "onFault"> {
  readonly admission: Admission;
  /** Aborts when the process ends. */
  readonly closing: AbortSignal;
}

/**
 * The news over a WebSocket: `connection` first, `heartbeat` every 5 s, and `news` as they come. `?after=` goes on behind a
 * position. The next news are looked for when those before have been taken.
 */
export class LiveFeed implements AsyncDisposable {
  readonly upgrade: UpgradeHandler;
  readonly #ports: LiveFeedPorts;
  readonly #sockets: WebSocketServer;
  readonly #sessions = new TaskGroup();
  #open = 0;

  constructor(ports: LiveFeedPorts) {
    this.#ports = ports;
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: MESSAGE_BYTES_MAX,
      handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    });
    this.upgrade = (request, wire, head) => {
      this.#take(request, wire, head).catch((error: unknown) => {
        if (refusalOf(error) === undefined) this.#fault(error);
        refuseUpgrade(wire, error);
      });
    };
  }

  /** Resolves when nobody listens any more, which is soon after the process has begun to end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
    this.#sockets.close();
  }

  async #take(request: IncomingMessage, wire: Duplex, head: Buffer): Promise<void> {
    const gone = new AbortController();
    const hangUp = (): void => gone.abort(new Error("nobody listens any more"));
    wire.once("error", hangUp);
    wire.once("close", hangUp);
    if (this.#open >= SOCKETS_MAX) throw new HttpRefusal("http.too-many", "there are too many listeners", { "retry-after": "5" });
    const address = "remoteAddress" in wire && typeof wire.remoteAddress === "string" ? wire.remoteAddress : "";
    const caller = await this.#ports.admission.admit(headersOf(request), address, gone.signal);
    const after = new URL(request.url ?? "", "http://localhost").searchParams.get("after");
    if (after !== null && !/^\d{1,15}$/.test(after)) throw new HttpRefusal("http.malformed", '"after" must be the position of some news');
    // So that it is refused before it has begun.
    const input = after === null ? {} : { after: Number(after) };
    await caller.operations.callByName(watchNews.name, input, { signal: gone.signal });
    if (gone.signal.aborted) return;
    this.#sockets.handleUpgrade(request, wire, head, (socket) => {
      this.#open += 1;
      this.#sessions.run(async () => {
        await this.#serve(socket, { wire: wire as Socket, caller, input, gone }).catch((error: unknown) => this.#fault(error));
        this.#open -= 1;
      });
    });
  }

  async #serve(socket: WebSocket, { wire, caller, input, gone }: Session): Promise<void> {
    const { clock, version, closing } = this.#ports;
    const text = new TextSocket({ socket, wire, clock, receive: () => undefined, ended: () => gone.abort(new Error("it has left")) });
    const stop = (): void => gone.abort(new Error("the process ends"));
    closing.addEventListener("abort", stop, { once: true });
    using limit = deadline(clock, gone.signal, SESSION_MS_MAX, () => new Error("it has to come again"));
    const beat = heartbeats(socket, clock);
    try {
      await sent(socket, { type: "connection", server: "tutti", version, timestamp: now(clock) });
      for await (const { event, data } of newsEvents(caller.operations, input, limit.signal)) {
        if (event !== "position") await sent(socket, { type: "news", news: data });
      }
    } catch (error) {
      if (!limit.signal.aborted && !isTuttiError(error)) throw error;
    } finally {
      beat[Symbol.dispose]();
      closing.removeEventListener("abort", stop);
      await text.close(COME_AGAIN);
    }
  }

  #fault(error: unknown): void {
    this.#ports.onFault(error, { requestId: "", method: "GET", path: LIVE_PATH });
  }
}

interface Session {
  readonly wire: Socket;
  readonly caller: AdmittedCaller;
  readonly input: JsonObject;
  /** Aborts when there is nobody, or nothing more to tell. */
  readonly gone: AbortController;
}

/** Whoever has not taken what was sent before needs no sign of life. */
function heartbeats(socket: WebSocket, clock: Clock): Disposable {
  let timer: Disposable;
  const arm = (): void => {
    timer = clock.after(
      HEARTBEAT_MS,
      () => {
        if (socket.bufferedAmount === 0) socket.send(JSON.stringify({ type: "heartbeat", timestamp: now(clock) }));
        arm();
      },
      { background: true },
    );
  };
  arm();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** Resolves when the system has taken it; rejects when nobody is there any more. */
async function sent(socket: WebSocket, message: JsonObject): Promise<void> {
  await new Promise<void>((resolve, reject) => socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve())));
}

function now(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}

/** Browsers can set no other headers, but name protocols: beside `tutti` one with a credential. */
function headersOf({ headers }: IncomingMessage): Headers {
  const { authorization, "x-api-key": key, "sec-websocket-protocol": protocols } = headers;
  const apiKey = typeof key === "string" ? key : undefined;
  return new Headers(defined({ authorization, "x-api-key": apiKey, "sec-websocket-protocol": protocols }));
}
