import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ManualClock } from "../../test/support/manual-clock.ts";
import { type SocketEnd, TextSocket } from "./text-socket.ts";

const MIB = 2 ** 20;

test("a peer that takes nothing is not written to without end, and has a minute to begin with it", async () => {
  await using pair = await openPair();
  pair.peerWire.pause();
  const text = "x".repeat(MIB);
  let taken = 0;
  while (taken < 300 && pair.near.send(text)) taken += 1;
  expect(taken).toBeGreaterThanOrEqual(128);
  expect(taken).toBeLessThan(200);
  pair.clock.advance(55_000);
  expect(pair.ends).toEqual([]);
  pair.clock.advance(10_000);
  expect((await pair.ended).message).toBe("nothing has come from it for 60 s, not even an answer to a ping");
});

test("what is sent after the end is not taken", async () => {
  await using pair = await openPair();
  pair.peer.close(1013, "later");
  expect(await pair.ended).toEqual({ code: 1013, message: "it has too much to do (code 1013): later" });
  expect(pair.near.send("hello")).toBe(false);
});

test("a peer that does not answer the farewell is not waited for", async () => {
  await using pair = await openPair();
  pair.peerWire.pause();
  const closed = pair.near.close();
  expect(pair.near.send("hello")).toBe(false);
  pair.clock.advance(1_000);
  await closed;
  expect(pair.ends).toHaveLength(1);
  await pair.near.close();
});

test("one silence is none: this process may have been asleep", async () => {
  await using pair = await openPair();
  // All at once, as timers go off when a machine wakes up: between them nothing can have come.
  pair.clock.advance(10_000);
  const pong = new Promise<void>((resolve) => pair.peer.once("ping", () => resolve()));
  await pong;
  pair.peer.send("still here");
  await expect.poll(() => pair.texts).toEqual(["still here"]);
  pair.clock.advance(10_000);
  expect(pair.ends).toEqual([]);
});

interface Pair extends AsyncDisposable {
  readonly near: TextSocket;
  readonly clock: ManualClock;
  readonly peer: WebSocket;
  readonly peerWire: IncomingMessage["socket"];
  readonly texts: readonly string[];
  readonly ends: readonly SocketEnd[];
  readonly ended: Promise<SocketEnd>;
}

/** A socket of this side and its peer, over a real connection. */
async function openPair(): Promise<Pair> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  const connected = new Promise<readonly [WebSocket, IncomingMessage]>((resolve) =>
    server.once("connection", (socket, request) => resolve([socket, request])),
  );
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const wire = await new Promise<IncomingMessage["socket"]>((resolve) => socket.once("upgrade", (response) => resolve(response.socket)));
  const [peer, request] = await connected;
  const clock = new ManualClock();
  const texts: string[] = [];
  const ends: SocketEnd[] = [];
  const end = Promise.withResolvers<SocketEnd>();
  const near = new TextSocket({
    socket,
    wire,
    clock,
    receive: (text) => void texts.push(text),
    ended: (why) => {
      ends.push(why);
      end.resolve(why);
    },
  });
  await expect.poll(() => socket.readyState).toBe(WebSocket.OPEN);
  return {
    near,
    clock,
    peer,
    peerWire: request.socket,
    texts,
    ends,
    ended: end.promise,
    async [Symbol.asyncDispose]() {
      socket.terminate();
      peer.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
