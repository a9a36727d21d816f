import { PassThrough } from "node:stream";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { seededRandom } from "../../fault/seeded-random.ts";
import { malformedFrame } from "../../support/malformed-frame.ts";
import { mcpWorld } from "../../support/mcp-world.ts";
import type { McpWorld } from "../../support/mcp-world.ts";

/** Of each wire; `TUTTI_FRAMES=200000` is for a whole night. */
const FRAMES = Number(process.env["TUTTI_FRAMES"] ?? 3_000);
const AT_ONCE = 50;
const SEED = 20_261_120;

type Send = (frames: readonly string[], place: number) => Promise<void>;

const WIRES: readonly (readonly [string, (world: McpWorld) => Promise<Send>])[] = [
  [
    "HTTP",
    async (world) => {
      const session = await openedSession(world);
      return async (frames, place) => {
        const headers = [{}, { "mcp-session-id": session }, { "mcp-protocol-version": "2026-07-28" }, { "mcp-session-id": "x" }][place % 4];
        const statuses = await Promise.all(frames.map(async (frame) => await statusOf(world, frame, headers)));
        expect(statuses.filter((status) => status >= 500)).toEqual([]);
      };
    },
  ],
  [
    "WebSocket",
    async (world) => {
      let before: WebSocket | undefined;
      return async (frames) => {
        const socket = new WebSocket(world.socketUrl, ["mcp"]);
        socket.on("error", () => undefined);
        await new Promise((resolve) => socket.once("open", resolve));
        for (const frame of frames) socket.send(frame);
        socket.send(Buffer.from([0xff, 0xfe, 0x00]));
        // Not at once: whoever hangs up takes back what he has asked.
        before?.close();
        before = socket;
      };
    },
  ],
  [
    "stdio",
    async (world) => async (frames) => {
      const [stdin, stdout] = [new PassThrough(), new PassThrough()];
      stdout.resume();
      const caller = await world.owner.gate.admit(undefined, new AbortController().signal);
      const connection = world.surface.connect(new StdioServerTransport(stdin, stdout), caller);
      stdin.end(frames.map((frame) => `${frame}\n`).join(""));
      await connection.closed;
    },
  ],
];

test.each(WIRES)("over %s nothing that is malformed does harm, and those who ask well are answered meanwhile", async (_, open) => {
  await using world = await mcpWorld({ tools: "extended" });
  const random = seededRandom(SEED);
  const send = await open(world);
  await using client = await world.connect({ over: "websocket", era: "modern" });
  for (let sent = 0; sent < FRAMES; sent += AT_ONCE) {
    const frames = Array.from({ length: AT_ONCE }, () => malformedFrame(random));
    const [listed] = await Promise.all([client.callTool({ name: "list_workflows", arguments: {} }), send(frames, sent / AT_ONCE)]);
    expect(listed.isError ?? false).toBe(false);
  }
  expect(world.faults).toEqual([]);
});

async function openedSession(world: McpWorld): Promise<string> {
  const clientInfo = { name: "test", version: "0" };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
  const response = await world.post({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  await response.text();
  return response.headers.get("mcp-session-id") ?? "";
}

/** Streams that stay open are left at once. */
async function statusOf(world: McpWorld, frame: string, headers: Readonly<Record<string, string>> | undefined): Promise<number> {
  // A connection that was idle may be closed just when it is used again, which says nothing about the frame.
  const response = await world.post(frame, { ...headers, connection: "close" });
  await response.body?.cancel();
  return response.status;
}
