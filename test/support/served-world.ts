import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { Json } from "../../src/base/json.ts";
import { openServedHttp } from "../../src/main/serve-http.ts";
import type { Owner } from "../../src/main/owner.ts";
import type { AccessConfig } from "../../src/model/access.ts";
import { PORT_TABLE, SERVICES } from "../../src/model/port-table.ts";
import type { ApiKey } from "../../src/model/serve-settings.ts";
import { openMetrics } from "../../src/telemetry/open-metrics.ts";
import { openPlainOwner } from "./plain-owner.ts";
import { serverConfig } from "./server-config.ts";

/** What is served at a port of this process, as `tutti serve` does it. */
export interface ServedWorld extends AsyncDisposable {
  readonly owner: Owner;
  readonly url: string;
  /** What the log got as errors. */
  readonly faults: unknown[];
  /** Asks below `/api/v1`. */
  ask(path: string, asking?: Asking): Promise<Answer>;
}

export interface Asking {
  readonly method?: string;
  readonly body?: unknown;
  readonly credential?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly document: Json;
}

/** A key for programs, of a tenant. */
export function apiKey(key: string, tenant: string, more: Partial<ApiKey> = {}): ApiKey {
  const sha256 = createHash("sha256").update(key).digest("hex");
  return { name: `${tenant}-${key}`, sha256, tenant, roles: [], permissions: [], ...more };
}

/** A served data directory with one server, `echo`. */
export async function servedWorld(directory: string, access: Partial<AccessConfig> = {}): Promise<ServedWorld> {
  const echo = resolve("test/support/servers/echo.ts");
  const connection = { kind: "stdio", command: process.execPath, args: [echo], env: {} } as const;
  const rules = { roles: {}, tenants: {}, ...access };
  await using resources = new AsyncDisposableStack();
  const owner = resources.use(await openPlainOwner(directory, { servers: [serverConfig("echo", { connection })], access: rules }));
  const faults: unknown[] = [];
  const served = resources.use(
    await openServedHttp({
      owner,
      place: { service: SERVICES.server, host: "127.0.0.1", port: 0, table: PORT_TABLE },
      settings: { allowedHosts: [], allowedOrigins: [], rate: { count: 10_000, perMs: 1_000 } },
      metrics: openMetrics(systemClock),
      log: { enabled: () => true, write: (level, message, fields) => void (level === "error" && faults.push([message, fields])) },
      version: "0",
      tools: "extended",
    }),
  );
  const open = resources.move();
  return {
    owner,
    url: served.url,
    faults,
    ask: async (path, asking) => await ask(`${served.url}/api/v1${path}`, asking),
    [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose](),
  };
}

async function ask(url: string, { method, body, credential, headers }: Asking = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, document: text === "" ? null : (JSON.parse(text) as Json) };
}
