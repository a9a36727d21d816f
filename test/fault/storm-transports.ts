import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";
import { listenRaw, readBody } from "../support/servers/http-listen.ts";
import type { Message } from "../support/servers/line-server.ts";
import type { StormTools } from "./storm-tools.ts";

/** A process that serves over a network ends with whoever started it. */
function endWithParent(): void {
  process.stdin.resume().on("end", () => process.exit(0));
}

export function serveStdio(tools: StormTools): void {
  const cancelled = new Set<string | number>();
  const caller = {
    send: (text: string): void => void process.stdout.write(`${text}\n`),
    gone: (id: string | number): boolean => cancelled.delete(id),
  };
  createInterface({ input: process.stdin }).on("line", (line) => {
    const message = JSON.parse(line) as Message;
    noteCancelled(message, cancelled);
    tools.receive(message, caller);
  });
  // Whoever asked has gone: what was not begun is not done.
  process.stdin.on("end", () => process.exit(0));
}

export async function serveWebSocket(tools: StormTools): Promise<void> {
  endWithParent();
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: (asked) => (asked.has("mcp") ? "mcp" : false) });
  server.on("connection", (socket) => {
    const cancelled = new Set<string | number>();
    const caller = {
      send: (text: string): void => socket.send(text),
      gone: (id: string | number): boolean => cancelled.delete(id) || socket.readyState !== socket.OPEN,
    };
    socket.on("error", () => undefined);
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString("utf8")) as Message;
      noteCancelled(message, cancelled);
      tools.receive(message, caller);
    });
  });
  await new Promise((resolve) => server.on("listening", resolve));
  process.stdout.write(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
}

export interface HttpMode {
  /** Whoever has not introduced himself is not answered; a server that is started anew knows nobody. */
  readonly sessions: boolean;
  /** Answers come as streams of events. */
  readonly events: boolean;
}

export async function serveHttp(tools: StormTools, mode: HttpMode): Promise<void> {
  endWithParent();
  const sessions = new Map<string, Set<string | number>>();
  /** Without sessions: what whoever has introduced himself last has cancelled. */
  const ofEverybody = new Set<string | number>();
  await listenRaw(async (incoming, outgoing) => {
    if (incoming.method !== "POST") return void outgoing.writeHead(incoming.method === "DELETE" ? 200 : 405).end();
    const message = await readMessage(incoming);
    if (message === undefined) return;
    const cancelled = mode.sessions ? sessionOf(message, incoming, outgoing) : ofEverybody;
    if (cancelled === undefined) return void outgoing.writeHead(404).end("session not found");
    if (message.method === "initialize") cancelled.clear();
    noteCancelled(message, cancelled);
    if (message.id === undefined) return void outgoing.writeHead(202).end();
    tools.receive(message, {
      send: (text) => sendOver(outgoing, text, mode.events),
      gone: (id) => cancelled.delete(id) || outgoing.closed || incoming.socket.destroyed || incoming.socket.readableEnded,
    });
  });

  function sessionOf(message: Message, incoming: IncomingMessage, outgoing: ServerResponse): Set<string | number> | undefined {
    if (message.method !== "initialize") return sessions.get(String(incoming.headers["mcp-session-id"]));
    const id = randomUUID();
    const cancelled = new Set<string | number>();
    sessions.set(id, cancelled);
    outgoing.setHeader("mcp-session-id", id);
    return cancelled;
  }
}

/** Undefined when the request broke off in the middle. */
async function readMessage(incoming: IncomingMessage): Promise<Message | undefined> {
  try {
    return JSON.parse(await readBody(incoming)) as Message;
  } catch {
    return undefined;
  }
}

function sendOver(outgoing: ServerResponse, text: string, events: boolean): void {
  outgoing.writeHead(200, { "content-type": events ? "text/event-stream" : "application/json" });
  outgoing.end(events ? `event: message\ndata: ${text}\n\n` : text);
}

function noteCancelled({ method, params }: Message, cancelled: Set<string | number>): void {
  if (method === "notifications/cancelled" && params?.requestId !== undefined) cancelled.add(params.requestId);
}
