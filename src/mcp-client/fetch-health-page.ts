import { request } from "undici";
import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import type { Clock } from "../base/clock.ts";
import { deadline } from "../base/deadline.ts";
import type { Ms } from "../base/duration.ts";
import { insecureReason } from "../model/local-address.ts";
import type { ServerConfig, TlsConfig } from "../model/server.ts";
import { connectionTls } from "./connection-tls.ts";
import { HttpAgents } from "./http-agents.ts";
import { readText } from "./read-text.ts";
import type { ServerLog } from "./server-log.ts";

export interface HealthPagePorts {
  readonly clock: Clock;
  readonly log: ServerLog;
  /** For connections that have no certificates of their own. */
  readonly tls: TlsConfig;
}

const ANSWERED_WITHIN_MS: Ms = 3_000;
const PAGE_BYTES_MAX = 65_536;

/**
 * What a server on a network says at `/health`, beside the address where it speaks MCP. Undefined when it says nothing
 * there that is a JSON object: most servers have no such page, and MCP knows of none.
 */
export async function fetchHealthPage(config: ServerConfig, ports: HealthPagePorts, signal: AbortSignal): Promise<JsonObject | undefined> {
  const { connection } = config;
  // Its headers are meant for the server, and go nowhere where it would not be spoken to.
  if (
    connection.kind === "stdio" ||
    connection.kind === "machine" ||
    connection.kind === "built-in" ||
    insecureReason(connection) !== undefined
  )
    return undefined;
  const url = new URL("/health", connection.url.replace(/^ws/i, "http"));
  const headers = { ...connection.headers, accept: "application/json" };
  await using agents = new HttpAgents(connectionTls(config, ports.tls, ports));
  using limit = deadline(ports.clock, signal, ANSWERED_WITHIN_MS, () => new Error("it took too long"));
  try {
    const { statusCode, body } = await request(url, { dispatcher: await agents.agent(url.href), headers, signal: limit.signal });
    const text = await readText(body, PAGE_BYTES_MAX);
    // A server that is not well says so with 503.
    if ((statusCode !== 200 && statusCode !== 503) || text === undefined) return undefined;
    const page = JSON.parse(text) as Json;
    return isJsonObject(page) ? page : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
