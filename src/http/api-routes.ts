import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { AdmittedCaller } from "../contract/operation-caller.ts";
import type { Operation, Route } from "../contract/operation.ts";
import { watchNews } from "../contract/watch-news.ts";
import { eventStream, wantsEvents } from "./event-stream.ts";
import type { EventStreamOptions, ServerEvent } from "./event-stream.ts";
import { HttpRefusal, jsonResponse, refusalOf } from "./http-refusal.ts";
import { newsEvents } from "./news-events.ts";
import { readInput } from "./read-input.ts";
import type { OperationRequest } from "./read-input.ts";
import { routeTable } from "./route-table.ts";
import { toldItems } from "./told-items.ts";

/** Where the routes of operations begin. */
export const API_ROOT = "/api/v1";

export interface ApiPorts extends Pick<EventStreamOptions, "clock" | "closing"> {
  readonly operations: readonly Operation<unknown, unknown, unknown>[];
}

/** What is different for each request. */
export interface ApiRequest extends Pick<EventStreamOptions, "onFault"> {
  /** @throws TuttiError, HttpRefusal - whoever asks is not let in */
  readonly admit: () => Promise<AdmittedCaller>;
}

/**
 * Answers a request below {@link API_ROOT}: one route for each operation that has one.
 *
 * @throws TuttiError, HttpRefusal - from what it returns: the refusal of the operation, or of the request
 */
export function apiRoutes({ operations, clock, closing }: ApiPorts): (request: Request, about: ApiRequest) => Promise<Response> {
  const table = routeTable(operations);
  return async (request, { admit, onFault }) => {
    const path = new URL(request.url).pathname.slice(API_ROOT.length);
    const match = table.match(request.method, path);
    if (match.type === "method" && request.method === "OPTIONS") {
      return new Response(null, { status: 204, headers: { allow: match.allowed.join(", ") } });
    }
    // Before it is told what there is, and what is not.
    const caller = await admit();
    if (match.type === "nothing")
      throw new HttpRefusal("http.not-found", `there is nothing at ${path}: ${API_ROOT}/openapi.json lists what there is`);
    if (match.type === "method") {
      const allow = match.allowed.join(", ");
      throw new HttpRefusal("http.method", `${path} takes ${allow}`, { allow });
    }
    const asked = { ...match.found, request, parameters: match.parameters };
    const input = await readInput(asked);
    return await answerOf(asked, { caller, input, streams: { clock, closing, gone: request.signal, onFault } });
  };
}

interface Asked {
  readonly caller: AdmittedCaller;
  readonly input: JsonObject;
  readonly streams: EventStreamOptions;
}

async function answerOf({ operation, route, request }: OperationRequest, { caller, input, streams }: Asked): Promise<Response> {
  const { name, item } = operation;
  // Nobody would read what comes of a HEAD.
  const asEvents = request.method === "GET" && wantsEvents(request.headers);
  if (name === watchNews.name && asEvents) {
    return await eventStream((signal) => refusalsTold(newsEvents(caller.operations, input, signal)), streams);
  }
  if (item !== undefined && asEvents) {
    const call = (signal: AbortSignal) => async (tell: (told: Json) => void) =>
      await caller.operations.callByName(name, input, { signal, tell });
    return await eventStream((signal) => refusalsTold(toldItems(call(signal), (told) => seqOf(told, input))), streams);
  }
  const output = await caller.operations.callByName(name, input, { signal: request.signal });
  const place = placeOf(route, output);
  return place === undefined ? jsonResponse(output) : jsonResponse(output, place.created ? 201 : 200, { location: place.location });
}

/** Once a stream has begun to be answered, a refusal can only be its last event. */
async function* refusalsTold(events: AsyncGenerator<ServerEvent, void>): AsyncGenerator<ServerEvent, void> {
  let hasBegun = false;
  try {
    for await (const event of events) {
      hasBegun = true;
      yield event;
    }
  } catch (error) {
    if (!hasBegun) throw error;
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    yield { event: "refusal", data: refusal.document };
  }
}

/** The number of an event of the execution that is watched; those of its children have numbers of their own. */
function seqOf(told: Json, input: JsonObject): number | undefined {
  if (!isJsonObject(told) || told["type"] !== "event" || !isJsonObject(told["event"])) return undefined;
  const { seq } = told["event"] as { readonly seq?: Json };
  const { execution_id: executionId } = told;
  const { execution_id: asked } = input;
  const isRoot = typeof executionId === "string" && typeof asked === "string" && executionId.startsWith(asked);
  return isRoot && typeof seq === "number" ? seq : undefined;
}

function placeOf({ creates }: Route, output: Json): { readonly location: string; readonly created: boolean } | undefined {
  if (creates === undefined || !isJsonObject(output)) return undefined;
  const path = creates.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => textOf(output[name]));
  return { location: `${API_ROOT}${path}`, created: output["created"] !== false };
}

function textOf(value: Json | undefined): string {
  return encodeURIComponent(typeof value === "string" ? value : JSON.stringify(value));
}
