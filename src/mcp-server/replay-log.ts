import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";
import { jsonSize } from "../base/json.ts";
import type { Json } from "../base/json.ts";

interface KeptMessage {
  readonly session: string;
  readonly stream: string;
  readonly message: JSONRPCMessage;
  readonly sizeBytes: number;
}

/**
 * What was sent to clients with sessions over HTTP, so that one whose stream broke gets the rest (`Last-Event-ID`). It is
 * bounded over all sessions: what is oldest goes first.
 */
export class ReplayLog {
  readonly #bytesMax: number;
  readonly #kept = new Map<string, KeptMessage>();
  readonly #ids = new Map<string, Set<string>>();
  #bytes = 0;
  #lastNumber = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** For the transport of one session; it takes messages until the session is forgotten. */
  of(session: string): EventStore {
    this.#ids.set(session, new Set());
    return {
      storeEvent: async (stream, message) => this.#store(session, stream, message),
      getStreamIdForEventId: async (id) => streamOf(id),
      replayEventsAfter: async (lastId, { send }) => {
        const stream = streamOf(lastId) ?? "";
        const last = numberOf(lastId);
        for (const id of this.#ids.get(session) ?? []) {
          const kept = this.#kept.get(id);
          if (kept?.stream === stream && numberOf(id) > last) await send(id, kept.message);
        }
        return stream;
      },
    };
  }

  forget(session: string): void {
    for (const id of this.#ids.get(session) ?? []) this.#drop(id);
    this.#ids.delete(session);
  }

  #store(session: string, stream: string, message: JSONRPCMessage): string {
    this.#lastNumber += 1;
    const id = `${stream}/${this.#lastNumber}`;
    const ids = this.#ids.get(session);
    // The SDK names the place before the first message by a message that is empty.
    if (ids === undefined || Object.keys(message).length === 0) return id;
    const sizeBytes = jsonSize(message as unknown as Json, this.#bytesMax);
    if (sizeBytes > this.#bytesMax) return id;
    this.#kept.set(id, { session, stream, message, sizeBytes });
    ids.add(id);
    this.#bytes += sizeBytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#drop(oldest);
    }
    return id;
  }

  #drop(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#ids.get(kept.session)?.delete(id);
    this.#bytes -= kept.sizeBytes;
  }
}

function streamOf(id: string): string | undefined {
  return /^(.+)\/\d+$/.exec(id)?.[1];
}

function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("/") + 1));
}
