import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { Agent, request } from "undici";
import { WebSocket } from "ws";
import { OPERATIONS } from "../../src/contract/operations.ts";
import { spoiledMessage } from "./spoiled-message.ts";

/** A way by which somebody can send nonsense. Disposing hangs up. */
export interface FuzzedWire extends AsyncDisposable {
  /** Resolves when it has been answered, or will not be; with what it was answered that it must never be. */
  send(random: () => number): Promise<string | undefined>;
}

const SIDE_BY_SIDE = 16;

/** Requests of MCP over HTTP: with the headers that a client sends, or others. */
export function mcpOverHttp(url: string): FuzzedWire {
  const agent = new Agent({ connections: SIDE_BY_SIDE });
  return {
    async send(random) {
      const method = random() < 0.9 ? "POST" : (["GET", "DELETE", "PUT"][Math.floor(random() * 3)] ?? "GET");
      const headers = {
        "content-type": random() < 0.95 ? "application/json" : "text/plain",
        accept: random() < 0.95 ? "application/json, text/event-stream" : "*/*",
        ...(random() < 0.3 ? { "mcp-protocol-version": random() < 0.7 ? "2026-07-28" : "1999-01-01" } : {}),
        ...(random() < 0.2 ? { "mcp-session-id": String(random()) } : {}),
        ...(random() < 0.2 ? { "mcp-method": "tools/call", "mcp-name": "get_workflow" } : {}),
      };
      return await exchange(agent, `${url}/mcp`, { method, headers, body: method === "POST" ? spoiledMessage(random) : null });
    },
    [Symbol.asyncDispose]: async () => await agent.destroy(),
  };
}

/** Requests of the HTTP API: any route, with anything for its parameters, query and body. */
export function apiOverHttp(url: string): FuzzedWire {
  const agent = new Agent({ connections: SIDE_BY_SIDE });
  const routes = OPERATIONS.flatMap(({ route }) => (route === undefined ? [] : [route]));
  const odd = ["fuzz", "..", "%2e%2e", "%00", "a".repeat(3_000), "{}", "-1", "%ff", "null"];
  return {
    async send(random) {
      const below = (most: number): number => Math.floor(random() * most);
      const route = routes[below(routes.length)];
      const path = (route?.path ?? "/").replaceAll(/\{\w+\}/g, () => odd[below(odd.length)] ?? "x");
      const query = random() < 0.5 ? `?limit=${odd[below(odd.length)]}&x=${odd[below(odd.length)]}` : "";
      // Streams of events do not end.
      if (path.endsWith("/news") || path.endsWith("/watch")) return undefined;
      const method = random() < 0.9 ? (route?.method ?? "GET") : (["PATCH", "PUT", "DELETE", "POST"][below(4)] ?? "PATCH");
      const headers = { "content-type": random() < 0.9 ? "application/json" : "text/html" };
      return await exchange(agent, `${url}/api/v1${path}${query}`, {
        method,
        headers,
        body: method === "GET" ? null : spoiledMessage(random),
      });
    },
    [Symbol.asyncDispose]: async () => await agent.destroy(),
  };
}

interface Sent {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

async function exchange(dispatcher: Agent, url: string, sent: Sent): Promise<string | undefined> {
  try {
    const answer = await request(url, { ...sent, method: sent.method as "POST", dispatcher, headersTimeout: 20_000, bodyTimeout: 20_000 });
    answer.body.on("error", () => undefined);
    // What listens does not end by itself.
    if (String(answer.headers["content-type"]).startsWith("text/event-stream")) answer.body.destroy();
    else await answer.body.dump();
    return answer.statusCode >= 500 && answer.statusCode !== 503
      ? `${answer.statusCode} for ${sent.method} ${url} ${sent.body?.slice(0, 300)}`
      : undefined;
  } catch (error) {
    return (error as Error).message.includes("refused") ? (error as Error).message : undefined;
  }
}

/** Frames over a WebSocket, which is opened anew when the server has had enough of it. */
export function mcpOverWebSocket(url: string): FuzzedWire {
  let socket: WebSocket | undefined;
  const open = async (): Promise<WebSocket> => {
    const opened = new WebSocket(`${url.replace("http", "ws")}/ws`, "mcp");
    opened.on("error", () => undefined);
    await Promise.race([once(opened, "open"), once(opened, "close").then(() => Promise.reject(new Error("the WebSocket was refused")))]);
    opened.on("close", () => {
      if (socket === opened) socket = undefined;
    });
    return opened;
  };
  return {
    async send(random) {
      try {
        socket ??= await open();
      } catch (error) {
        return (error as Error).message;
      }
      const sending = socket;
      if (random() < 0.02) sending.send(Buffer.from(spoiledMessage(random)));
      await new Promise<void>((resolveSent) => sending.send(spoiledMessage(random), () => resolveSent()));
      if (random() < 0.005) sending.terminate();
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      socket?.terminate();
    },
  };
}

/** Lines over the stdin of `tutti mcp`, in a directory of its own. */
export function mcpOverStdio(folder: string): FuzzedWire & { readonly process: ChildProcess } {
  const command = resolve(import.meta.dirname, "../../bin/tutti.js");
  const child = spawn(process.execPath, [command, "mcp", "--data-dir", join(folder, "stdio")], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdout.resume();
  child.stderr.resume();
  child.stdin.on("error", () => undefined);
  return {
    process: child,
    async send(random) {
      if (child.exitCode !== null || child.signalCode !== null) return `tutti mcp has ended with ${child.exitCode ?? child.signalCode}`;
      const line = `${spoiledMessage(random).replaceAll("\n", " ")}\n`;
      if (!child.stdin.write(line)) await once(child.stdin, "drain");
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, "close");
    },
  };
}
