import { createHash } from "node:crypto";
import type { Json } from "tutti/server";
import { refuse } from "../kit/reference-server.ts";
import { buildRequest } from "./build-request.ts";
import { checkParameters } from "./check-parameters.ts";
import { findApi, type Gateway, type RunningApi } from "./gateway.ts";
import { notFound } from "./gateway-error.ts";
import { mapResponse } from "./map-response.ts";
import { readAnswer } from "./read-answer.ts";
import type { ApiEndpoint } from "./read-apis-file.ts";
import { sendWithRetries } from "./send-with-retries.ts";

export interface AskedCall {
  readonly apiName: string;
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly tenant: string;
  /** Of the call; the API is told a hash of it. */
  readonly key?: string;
  readonly signal: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  readonly data: Json;
  readonly attempts: number;
  readonly cached: boolean;
}

/** Calls an endpoint of an API, as often as its settings allow, and gives what the mapping takes out of the answer. */
export async function callApi(gateway: Gateway, asked: AskedCall): Promise<ApiAnswer> {
  const api = findApi(gateway, asked.apiName);
  const endpoint = findEndpoint(api, asked.endpoint);
  const parameters = checkParameters(endpoint.parameters, asked.parameters);
  const cacheKey = JSON.stringify([asked.tenant, api.name, asked.endpoint, parameters]);
  const cached = gateway.cache.get(cacheKey);
  if (cached !== undefined && cached.untilMs > gateway.clock.now()) {
    return { status: cached.status, data: cached.data as Json, attempts: 0, cached: true };
  }
  const built = buildRequest(baseOf(api), endpoint, parameters);
  const headers = { ...built.headers, ...keyHeader(endpoint, asked.key) };
  const { answer, attempts } = await sendWithRetries(gateway, api, {
    request: { ...built, headers },
    repeatable: endpoint.idempotent ?? !["POST", "PATCH"].includes(endpoint.method),
    signal: asked.signal,
  });
  const read = readAnswer(answer, gateway.secrets);
  const data = endpoint.response_mapping === undefined ? read : mapResponse(read, endpoint.response_mapping);
  if (endpoint.cache_seconds > 0) {
    gateway.cache.set(cacheKey, { status: answer.status, data, untilMs: gateway.clock.now() + endpoint.cache_seconds * 1_000 });
  }
  return { status: answer.status, data, attempts, cached: false };
}

function findEndpoint({ config }: RunningApi, name: string): ApiEndpoint {
  const endpoint = Object.hasOwn(config.endpoints, name) ? config.endpoints[name] : undefined;
  if (endpoint === undefined) throw notFound("endpoint", name, Object.keys(config.endpoints));
  return endpoint;
}

/** @throws ToolError - nobody has said where the API is */
export function baseOf({ name, config }: RunningApi): URL {
  if (config.baseUrl === undefined) throw refuse(`"${name}" cannot be called: the variable of this server that holds its URL is not set`);
  return config.baseUrl;
}

/** All attempts of a call have the same one, so an API that knows the header does nothing twice. */
function keyHeader({ method }: ApiEndpoint, key: string | undefined): Readonly<Record<string, string>> {
  if (key === undefined || method === "GET" || method === "HEAD") return {};
  return { "idempotency-key": createHash("sha256").update(key).digest("hex") };
}
