import { createHash } from "node:crypto";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { ClientCapabilities, ClientOptions } from "@modelcontextprotocol/client";
import { systemClock } from "../../src/base/clock.ts";
import type { OperationGate } from "../../src/contract/operation-caller.ts";
import { listen } from "../../src/http/listen.ts";
import { Owner } from "../../src/main/owner.ts";
import type { OwnerOptions } from "../../src/main/owner-options.ts";
import { openMcpSurface } from "../../src/mcp-server/mcp-surface.ts";
import type { McpSurface, McpSurfaceOptions } from "../../src/mcp-server/mcp-surface.ts";
import type { AccessConfig } from "../../src/model/access.ts";
import { SocketClientTransport } from "./socket-client-transport.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** A client of the SDK that is closed when it is disposed. */
export type TestClient = Client & AsyncDisposable;

/** How a client connects. */
export interface Connecting {
  /** Default `http`. */
  readonly over?: "http" | "websocket";
  /** Default `legacy`: with a handshake. `modern` insists on the newest revision. */
  readonly era?: "legacy" | "modern" | "auto";
  readonly key?: string;
  readonly capabilities?: ClientCapabilities & { readonly extensions?: Readonly<Record<string, object>> };
  readonly before?: (client: Client) => void;
  readonly options?: Partial<ClientOptions>;
}

export interface McpWorld extends AsyncDisposable {
  readonly owner: Owner;
  readonly surface: McpSurface;
  /** Of `/mcp`. */
  readonly url: string;
  /** Of `/ws`. */
  readonly socketUrl: string;
  /** What was told as a bug. */
  readonly faults: unknown[];
  connect(connecting?: Connecting): Promise<TestClient>;
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

export interface WorldOptions
  extends Partial<Pick<OwnerOptions, "servers">>, Partial<Pick<McpSurfaceOptions, "tools" | "limits" | "clock">> {
  /** Stands before the gate of the owner. */
  readonly gate?: (gate: OperationGate) => OperationGate;
  /** Tenants and roles by API key; without any, nobody is asked who he is. */
  readonly keys?: Readonly<Record<string, { readonly tenant: string; readonly roles?: readonly string[] }>>;
}

const NOBODY: AccessConfig = { roles: {}, tenants: {} };

/** The operations of an owner in this process over MCP, at a port of its own. */
export async function mcpWorld(options: WorldOptions = {}): Promise<McpWorld> {
  const {
    keys = {},
    servers = [],
    tools = "standard",
    limits,
    clock = systemClock,
    gate = (own: OperationGate): OperationGate => own,
  } = options;
  await using resources = new AsyncDisposableStack();
  const directory = resources.use(temporaryDirectory());
  const owner = resources.use(await openOwner(directory.path, keys, servers));
  const faults: unknown[] = [];
  const surface = openMcpSurface({
    gate: gate(owner.gate),
    tools,
    version: "0",
    clock,
    onFault: (error) => void faults.push(error),
    ...(limits === undefined ? {} : { limits }),
  });
  const at = { host: "127.0.0.1", port: 0, clock: systemClock, upgrade: surface.upgrade.bind(surface) };
  const listening = resources.use(await listen(async (request) => await surface.fetch(request), at));
  resources.use(surface);
  const url = `${listening.url}/mcp`;
  const socketUrl = `${listening.url.replace("http", "ws")}/ws`;
  const open = resources.move();
  return {
    owner,
    surface,
    url,
    socketUrl,
    faults,
    connect: async (connecting = {}) => await connectClient({ url, socketUrl }, connecting),
    post: async (body, headers = {}) =>
      await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    [Symbol.asyncDispose]: async () => await open[Symbol.asyncDispose](),
  };
}

async function openOwner(directory: string, keys: NonNullable<WorldOptions["keys"]>, servers: OwnerOptions["servers"]): Promise<Owner> {
  const apiKeys = Object.entries(keys).map(([key, { tenant, roles = [] }]) => ({
    name: `key-of-${tenant}-${key}`,
    sha256: createHash("sha256").update(key).digest("hex"),
    tenant,
    roles,
    permissions: [],
  }));
  return await Owner.open({
    directory,
    servers,
    secrets: { get: async () => undefined },
    access: apiKeys.length === 0 ? NOBODY : { ...NOBODY, apiKeys },
    caller: {},
    maxConcurrentCalls: 5,
    clock: systemClock,
    elicitor: { ask: async () => undefined },
    log: { write: () => undefined },
    version: "0",
  });
}

/** A client of the SDK at these addresses. */
export async function connectClient(
  { url, socketUrl }: Pick<McpWorld, "url" | "socketUrl">,
  { over = "http", era = "legacy", key, capabilities = {}, before, options }: Connecting,
): Promise<TestClient> {
  const headers: Readonly<Record<string, string>> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const transport =
    over === "http"
      ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
      : new SocketClientTransport(socketUrl, { headers });
  const mode = era === "modern" ? { pin: "2026-07-28" } : era;
  const client = new Client({ name: "test", version: "0" }, { capabilities, versionNegotiation: { mode }, ...options });
  before?.(client);
  await client.connect(transport);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => await client.close() });
}
