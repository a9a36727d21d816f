import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { systemClock } from "../../src/base/clock.ts";
import { AskToJoin } from "../../src/cluster/ask-to-join.ts";
import { FrameOpener, FrameSeal } from "../../src/cluster/frame-seal.ts";
import type { ClusterRole } from "../../src/cluster/join-frame.ts";
import { CLUSTER_KEY } from "./cluster-rig.ts";

/** Somebody in a cluster who speaks for himself, frame by frame. */
export interface RawListener extends AsyncDisposable {
  readonly socket: WebSocket;
  /** All documents that have come since it has joined, in order, without their seals. */
  readonly heard: Record<string, unknown>[];
  /** Sends a message with these members in place of the usual ones. */
  send(members: Readonly<Record<string, unknown>>): void;
  /** Sends a text, sealed as the next frame. */
  sendText(text: string): void;
  /** Resolves with the first document that fits, also of those that have come. */
  until(fits: (document: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<unknown>;
}

export interface RawWishes {
  readonly role?: ClusterRole;
  readonly name?: string;
  readonly instance?: string;
}

/** Joins as `role`, default a listener. */
export async function joinRaw(
  url: string,
  { role = "listener", name = "ear", instance = randomUUID() }: RawWishes = {},
): Promise<RawListener> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const closed = once(socket, "close");
  const join = new AskToJoin({ role, name, instance, key: CLUSTER_KEY, clock: systemClock });
  await once(socket, "open");
  const keys = Promise.withResolvers<{ readonly client: Buffer; readonly hub: Buffer }>();
  const heard: Record<string, unknown>[] = [];
  const waiting = new Set<(document: Record<string, unknown>) => void>();
  let opener: FrameOpener | undefined;
  socket.on("message", (data: Buffer) => {
    const text = data.toString("utf8");
    if (opener === undefined) {
      const step = join.receive(text);
      if (step.kind === "answer") socket.send(step.text);
      else if (step.kind === "joined" && step.keys !== undefined) {
        opener = new FrameOpener(step.keys.hub);
        keys.resolve(step.keys);
      } else keys.reject(new Error(step.kind === "refused" ? step.message : "there is no key"));
      return;
    }
    const document = JSON.parse(opener.open(text) ?? '{"broken":true}') as Record<string, unknown>;
    heard.push(document);
    for (const look of waiting) look(document);
  });
  socket.send(join.opening);
  const seal = new FrameSeal((await keys.promise).client);
  const sendText = (text: string): void => socket.send(seal.seal(text));
  return {
    socket,
    heard,
    closed,
    sendText,
    send: (members) => sendText(JSON.stringify({ ...envelope(name), ...members })),
    async until(fits) {
      const found = Promise.withResolvers<Record<string, unknown>>();
      const look = (document: Record<string, unknown>): void => {
        if (fits(document)) found.resolve(document);
      };
      waiting.add(look);
      heard.forEach(look);
      const document = await found.promise;
      waiting.delete(look);
      return document;
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
      if (socket.readyState !== WebSocket.CLOSED) await closed;
    },
  };
}

function envelope(name: string): Record<string, unknown> {
  return {
    message_id: randomUUID(),
    message_type: "ping",
    source_machine: name,
    target_machines: ["local"],
    timestamp: new Date().toISOString(),
    payload: {},
    correlation_id: null,
  };
}
