import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { ToolError } from "tutti/server";
import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import type { GuardedAnswer, GuardedHttp } from "../kit/http/guarded-fetch.ts";
import { jsonDepth } from "../kit/json-depth.ts";
import { refuse } from "../kit/reference-server.ts";
import { addressBelow, type Connection, withoutSecrets } from "./connections.ts";
import { plainName } from "./plain-name.ts";
import type { RateLimits } from "./rate-limits.ts";

/** What rest_call needs. */
export interface RestCallPorts {
  /** For addresses that callers give. */
  readonly open: GuardedHttp;
  /** For those of the operator. */
  readonly connected: GuardedHttp;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly limits: RateLimits;
  readonly activity: RestActivity;
}

/** What is under way, and which connections are in use. */
export interface RestActivity {
  /** By tenant. */
  readonly inFlight: Map<string, number>;
  readonly usedAtMs: Map<string, number>;
}

const IN_FLIGHT_MAX = 200;
/** So that one tenant whose calls are slow does not keep the others out. */
const IN_FLIGHT_OF_A_TENANT = 100;
const BODY_BYTES_MAX = 700_000;
const REQUEST_CHARACTERS_MAX = 1_000_000;
const TIMEOUT_MS = 30_000;
const JSON_DEPTH_MAX = 100;

const json = z.json();

const input = z.strictObject({
  url: z.string().max(8_000).describe("Address, http or https. Either this, or connection").optional(),
  connection: z.string().max(64).describe("An API that the operator has set up, by its name").optional(),
  method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]).default("GET").describe("Default GET"),
  path: z.string().max(2_000).describe("Below the address of the connection, such as /users/7").optional(),
  query: z
    .record(z.string().max(200), z.union([z.string().max(2_000), z.number(), z.boolean()]).describe("Its value"))
    .describe("Parameters of the query, encoded here")
    .optional(),
  headers: z.record(z.string().max(200), z.string().max(8_000).describe("Its value")).describe("Headers to send").optional(),
  body: z.json().describe("To send: text as it is, anything else as JSON").optional(),
  timeout_ms: z.int().min(1).max(TIMEOUT_MS).default(TIMEOUT_MS).describe("For the whole answer; 30000 at most"),
  accept_status: z
    .array(z.int().min(100).max(599).describe("A status"))
    .max(50)
    .describe("Statuses from 400 on that are an answer and no failure, such as 404")
    .optional(),
  cache_seconds: z.int().min(0).max(3_600).default(0).describe("How old an answer to the same GET may be. Default 0: always asks"),
  rate_limit: plainName.describe("A limit of rate_limit of which this consumes one, and is refused when nothing is left").optional(),
});

const output = z.object({
  status: z.int().describe("Of HTTP"),
  headers: z.record(z.string(), z.string()).describe("Of the answer, names in small letters"),
  body: json.describe("JSON as a value, text as text, anything else in Base64"),
  body_encoding: z.enum(["json", "text", "base64"]).describe("Which of them"),
  url: z.string().describe("Who has answered, after redirects"),
  duration_ms: z.number().describe("How long it took"),
  cached: z.boolean().describe("Whether it is an answer from before"),
});

type Input = z.output<typeof input>;
type Output = z.infer<typeof output>;

/** Calls an HTTP interface, and gives what it answers; a failure is one. */
export function restCallTool(ports: RestCallPorts): ToolPlan {
  const cache = new LRUCache<string, { readonly answer: Output; readonly atMs: number }>({
    max: 500,
    maxSize: 32_000_000,
    sizeCalculation: sizeOf,
  });
  return defineTool({
    name: "rest_call",
    title: "Call a REST interface",
    description:
      "Calls an HTTP interface: any public address that is allowed, or a named connection whose credentials are added here. Gives status, headers and body. A status from 400 on is a failure unless accept_status lists it. The idempotency key of the call goes along as Idempotency-Key.",
    effect: "changes",
    destructive: true,
    openWorld: true,
    input,
    output,
    async run(parameters, scope) {
      const asked = addressOf(parameters, scope.tenant, ports.connections);
      const cacheKey = cacheKeyOf(parameters, scope.tenant);
      const known = cacheKey === undefined ? undefined : cache.get(cacheKey);
      const ageMs = known === undefined ? Infinity : scope.now.getTime() - known.atMs;
      if (known !== undefined && ageMs <= parameters.cache_seconds * 1_000) return { ...known.answer, cached: true };
      if (parameters.rate_limit !== undefined) ports.limits.spend(scope.tenant, parameters.rate_limit);
      const answer = await called(asked, { parameters, scope, ports });
      if (cacheKey !== undefined && answer.status < 400) cache.set(cacheKey, { answer, atMs: scope.now.getTime() });
      return answer;
    },
  });
}

interface Asked {
  readonly url: URL;
  readonly connection?: Connection;
}

function addressOf(parameters: Input, tenant: string, connections: ReadonlyMap<string, Connection>): Asked {
  const { url: text, connection: name, path, query = {} } = parameters;
  if ((text === undefined) === (name === undefined)) throw refuse("either url or connection says who is called");
  if (text !== undefined && path !== undefined) throw refuse("path goes with connection: a url has its own");
  const connection = name === undefined ? undefined : connectionOf(name, tenant, connections);
  const url = connection === undefined ? freeAddress(text ?? "") : addressBelow(connection, path ?? "");
  for (const [key, value] of Object.entries(query)) url.searchParams.append(key.toWellFormed(), String(value).toWellFormed());
  return connection === undefined ? { url } : { url: withCredentials(url, connection), connection };
}

/** In place of what callers have given. */
function withCredentials(address: URL, { query }: Connection): URL {
  const url = new URL(address);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

function connectionOf(name: string, tenant: string, connections: ReadonlyMap<string, Connection>): Connection {
  const own = [...connections.values()].filter(({ tenants }) => tenants === undefined || tenants.includes(tenant));
  const found = own.find((connection) => connection.name === name);
  if (found !== undefined) return found;
  throw refuse(`there is no connection "${name}". There are: ${own.map((connection) => connection.name).join(", ") || "none"}`);
}

function freeAddress(text: string): URL {
  if (!URL.canParse(text)) throw refuse(`"${text.slice(0, 200)}" is no URL. Right is "https://example.com/path"`);
  return new URL(text);
}

interface Circumstances {
  readonly parameters: Input;
  readonly scope: ToolScope;
  readonly ports: RestCallPorts;
}

async function called({ url, connection }: Asked, { parameters, scope, ports }: Circumstances): Promise<Output> {
  const { activity } = ports;
  using _flight = begun(activity, scope.tenant);
  const startedMs = performance.now();
  const http = connection === undefined ? ports.open : ports.connected;
  const answer = await http.fetch(url.href, {
    method: parameters.method,
    ...requestOf(parameters, connection, scope.key),
    timeoutMs: parameters.timeout_ms,
    signal: scope.signal,
  });
  if (connection !== undefined) activity.usedAtMs.set(connection.name, Date.now());
  refuseFailures(answer, {
    accepted: parameters.accept_status ?? [],
    host: url.host,
    ...(connection === undefined ? {} : { connection }),
  });
  const shown = (text: string): string => (connection === undefined ? text : withoutSecrets(text, connection));
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, shown(value).toWellFormed()]));
  const duration = Math.round((performance.now() - startedMs) * 10) / 10;
  return { status: answer.status, headers, ...bodyOf(answer, shown), url: shown(answer.url), duration_ms: duration, cached: false };
}

/** @throws ToolError - too much is under way, for this tenant or for all */
function begun({ inFlight }: RestActivity, tenant: string): Disposable {
  const mine = inFlight.get(tenant) ?? 0;
  const all = [...inFlight.values()].reduce((sum, amount) => sum + amount, 0);
  if (all >= IN_FLIGHT_MAX || mine >= IN_FLIGHT_OF_A_TENANT) {
    const words = `${all >= IN_FLIGHT_MAX ? `${all} calls` : `${mine} calls of this tenant`} are under way, and that is the most`;
    throw new ToolError(words, { type: "External", httpStatusCode: 429, retryAfter: 1 });
  }
  inFlight.set(tenant, mine + 1);
  return {
    [Symbol.dispose]() {
      const left = (inFlight.get(tenant) ?? 1) - 1;
      if (left === 0) inFlight.delete(tenant);
      else inFlight.set(tenant, left);
    },
  };
}

function requestOf({ headers = {}, body }: Input, connection: Connection | undefined, key: string | undefined) {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
  if (text !== undefined && text.length > REQUEST_CHARACTERS_MAX) throw refuse(`a body has at most ${REQUEST_CHARACTERS_MAX} characters`);
  const kind = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return {
    headers: {
      ...(text === undefined ? {} : { "content-type": kind }),
      ...own,
      // What the operator has set cannot be replaced by callers.
      ...connection?.headers,
      ...(key === undefined ? {} : { "idempotency-key": sentKey(key) }),
    },
    ...(text === undefined ? {} : { body: text }),
  };
}

/** The key of a call has the name of the tenant in it, which is nobody's business out there. */
function sentKey(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

function refuseFailures(answer: GuardedAnswer, told: { accepted: readonly number[]; host: string; connection?: Connection }): void {
  const { status } = answer;
  if (status < 400 || told.accepted.includes(status)) return;
  const text = Buffer.from(answer.body).toString("utf8");
  // Cut only then: a part of a secret would not be found.
  const shown = (told.connection === undefined ? text : withoutSecrets(text, told.connection)).slice(0, 500).toWellFormed();
  const message = `${told.host} has answered ${status}${shown === "" ? "" : `: ${shown}`}`;
  const seconds = Number(answer.headers["retry-after"]);
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? { retryAfter: Math.min(seconds, 3_600) } : {};
  const passes = status >= 500 || status === 429 || status === 408;
  throw new ToolError(message, { type: passes ? "External" : "McpToolExecution", httpStatusCode: status, ...retryAfter });
}

function bodyOf({ headers, body }: GuardedAnswer, shown: (text: string) => string): Pick<Output, "body" | "body_encoding"> {
  const bytes = Buffer.from(body);
  const text = bytes.toString("utf8");
  // oxlint-disable-next-line no-control-regex -- what has these is no text, and would be six times as long in JSON
  const binary = /[\u0000-\u0008\u000e-\u001f]/.test(text) || !Buffer.from(text).equals(bytes);
  // What goes into a header has one byte for each character.
  if (binary) return { body: Buffer.from(shown(bytes.toString("latin1")), "latin1").toString("base64"), body_encoding: "base64" };
  // What is nested deeper is told as text.
  if (/[/+]json\b/i.test(headers["content-type"] ?? "") && jsonDepth(text) <= JSON_DEPTH_MAX) {
    const value = parsed(shown(text));
    if (value !== undefined) return { body: value, body_encoding: "json" };
  }
  return { body: shown(text), body_encoding: "text" };
}

function parsed(text: string): z.infer<typeof json> | undefined {
  try {
    return JSON.parse(text) as z.infer<typeof json>;
  } catch {
    return undefined;
  }
}

/** Only for what asks and changes nothing. */
function cacheKeyOf(parameters: Input, tenant: string): string | undefined {
  const { method, cache_seconds: seconds, url, connection, path, query, headers, accept_status: accepted } = parameters;
  if (method !== "GET" || seconds === 0) return undefined;
  return JSON.stringify([tenant, url, connection, path, query, headers, accepted]);
}

function sizeOf({ answer }: { answer: Output }): number {
  return JSON.stringify(answer).length;
}

/** How much of an answer is taken. */
export const REST_LIMITS = { timeoutMs: TIMEOUT_MS, bytesMax: BODY_BYTES_MAX };
