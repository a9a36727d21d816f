/**
 * Over HTTP, of the older era: a tool for each way in which an exchange can go wrong. Its argument says how it treats methods that it
 * does not know: `500`, `empty` or `refuse` (default).
 */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { listenRaw, readBody } from "./http-listen.ts";
import { type Message, tool } from "./line-server.ts";

const unknownMethods = process.argv[2] ?? "refuse";
const version = process.argv[3] ?? "2025-06-18";
const TOOLS = [
  "echo",
  "forget",
  "busy",
  "unavailable",
  "broken",
  "polled",
  "cut_stream",
  "cut_body",
  "silent",
  "accepted",
  "other_id",
  "big",
  "big_event",
];
let session = randomUUID() as string;
/** Calls whose streams have ended before their answers, by the last event of the stream. */
const unanswered = new Map<string, Message>();
/** Counts what it was asked for, so that a test can tell whether something was sent twice. */
const counts = new Map<string, number>();

await listenRaw(async (incoming, outgoing) => {
  if (incoming.method === "GET") return resume(outgoing, incoming.headers["last-event-id"]);
  if (incoming.method === "DELETE") return end(outgoing, 200);
  const message = JSON.parse(await readBody(incoming)) as Message;
  const given = incoming.headers["mcp-session-id"];
  if (message.method === "initialize") return initialize(outgoing, message);
  if (message.method === "tools/call" || message.method === "tools/list" || message.method === "ping") {
    if (given !== session) return refuse(outgoing, 404, "session not found");
    return serve(outgoing, message);
  }
  if (message.id === undefined) return end(outgoing, 202);
  if (unknownMethods === "500") return refuse(outgoing, 500, "unknown method");
  if (unknownMethods === "empty") return end(outgoing, 200);
  return refuse(outgoing, 400, "unknown method");
});

function initialize(outgoing: ServerResponse, message: Message): void {
  outgoing.setHeader("mcp-session-id", session);
  result(outgoing, message, { protocolVersion: version, capabilities: { tools: {} }, serverInfo: { name: "odd", version: "1.0.0" } });
}

function serve(outgoing: ServerResponse, message: Message): void {
  if (message.method === "ping") return result(outgoing, message, {});
  if (message.method === "tools/list") return result(outgoing, message, { tools: TOOLS.map((name) => tool(name)) });
  const name = message.params?.name ?? "";
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  misbehave(name, count, outgoing, message);
}

function misbehave(name: string, count: number, outgoing: ServerResponse, message: Message): void {
  const bytes = Number(message.params?.arguments?.["bytes"]);
  if (name === "forget") {
    session = randomUUID();
    return text(outgoing, message, "forgotten");
  }
  if (name === "busy" && count === 1) return refuse(outgoing, 429, "slow down", { "retry-after": "7" });
  if (name === "unavailable") return refuse(outgoing, 503, "back soon", { "retry-after": "1" });
  if (name === "broken") return refuse(outgoing, 500, "<html>oops</html>");
  if (name === "polled") {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    const eventId = `${message.id}`;
    unanswered.set(eventId, message);
    return void outgoing.end(`id: ${eventId}\nretry: 20\ndata:\n\n`);
  }
  if (name === "cut_stream") {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    outgoing.write(": here it comes\n\ndata: {");
    return void setTimeout(() => outgoing.destroy(), 50);
  }
  if (name === "cut_body") {
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    outgoing.write("{");
    return void setTimeout(() => outgoing.destroy(), 50);
  }
  if (name === "silent") return void process.stderr.write("a call of silent has come\n");
  if (name === "accepted") return end(outgoing, 202);
  if (name === "other_id") return text(outgoing, { ...message, id: 4_711 }, "for somebody else");
  if (name === "big_event") return event(outgoing, message, "x".repeat(bytes));
  text(outgoing, message, name === "big" ? "x".repeat(bytes) : `${name} ${count}`);
}

/** A server may end a stream before it has the answer, and expects to be asked for the rest (2025-11-25). */
function resume(outgoing: ServerResponse, eventId: string | string[] | undefined): void {
  const message = unanswered.get(String(eventId));
  if (message === undefined) return refuse(outgoing, 405, "there is no stream");
  event(outgoing, message, "after a while");
}

function text(outgoing: ServerResponse, message: Message, words: string): void {
  result(outgoing, message, { content: [{ type: "text", text: words }] });
}

function event(outgoing: ServerResponse, { id }: Message, words: string): void {
  outgoing.writeHead(200, { "content-type": "text/event-stream" });
  outgoing.end(`data: ${JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: words }] } })}\n\n`);
}

function result(outgoing: ServerResponse, { id }: Message, value: object): void {
  outgoing.setHeader("content-type", "application/json");
  outgoing.end(JSON.stringify({ jsonrpc: "2.0", id, result: value }));
}

function refuse(outgoing: ServerResponse, status: number, words: string, headers: Record<string, string> = {}): void {
  outgoing.writeHead(status, headers);
  outgoing.end(words);
}

function end(outgoing: ServerResponse, status: number): void {
  outgoing.writeHead(status);
  outgoing.end();
}
