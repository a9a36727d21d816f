import { isJsonObject, jsonEqual } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { spanId, traceId, uuid } from "./meta-fields.ts";

/**
 * Makes what others write into what Tutti keeps: ids that are none of ours move to where they do no harm, and moments
 * become UTC. Values of a wrong type are left, for the schema to refuse.
 *
 * @param meta - with the names of inside; its members are replaced, never changed
 * @returns problems
 */
export function adoptForeignMeta(meta: Record<string, unknown>): readonly string[] {
  adoptRequestIds(meta);
  if (isJsonObject(meta["tracing"])) meta["tracing"] = adoptedTracing(meta["tracing"]);
  meta["timestamp"] = inUtc(meta["timestamp"]);
  if (meta["timestamp"] === undefined) delete meta["timestamp"];
  return [...flattenExtensions(meta), ...sessionProblems(meta)];
}

const REQUEST_IDS = { requestId: "external_id", parentRequestId: "external_parent_id", childRequestId: "external_child_id" };

/** Where an id of a client is found again. */
const EXTERNAL_ID_LENGTH_MAX = 200;

/** Clients may count their requests as they like: their id is kept for them, and whoever goes on makes a UUID. */
function adoptRequestIds(meta: Record<string, unknown>): void {
  for (const [key, name] of Object.entries(REQUEST_IDS)) {
    const id = meta[key];
    if (typeof id !== "string" || id.trim() === "" || id.length > EXTERNAL_ID_LENGTH_MAX || uuid.safeParse(id).success) continue;
    const given = meta["correlationContext"] ?? {};
    if (!isJsonObject(given)) continue;
    delete meta[key];
    meta["correlationContext"] = Object.hasOwn(given, name) ? given : { ...given, [name]: id };
  }
}

/** Ids of another kind of tracing become tags. Without its trace a span means nothing, so it goes with it. */
function adoptedTracing(given: JsonObject): JsonObject {
  const tracing: Record<string, Json> = { ...given };
  const tags: Record<string, Json> = {};
  const move = (key: string, tag: string): void => {
    const id = tracing[key];
    if (typeof id !== "string") return;
    tags[tag] = id;
    delete tracing[key];
  };
  adoptTraceId(tracing);
  const foreignTrace = typeof tracing["traceId"] === "string" && !traceId.safeParse(tracing["traceId"]).success;
  if (foreignTrace) move("traceId", "external_trace_id");
  for (const [key, tag] of [
    ["spanId", "external_span_id"],
    ["parentSpanId", "external_parent_span_id"],
  ] as const) {
    if (foreignTrace || !spanId.safeParse(tracing[key]).success) move(key, tag);
  }
  if (Object.keys(tags).length === 0) return tracing;
  const known = tracing["tags"] ?? {};
  return isJsonObject(known) ? { ...tracing, tags: { ...tags, ...known } } : tracing;
}

/** A UUID is a trace id with dashes. */
function adoptTraceId(tracing: Record<string, Json>): void {
  for (const key of ["traceId", "spanId", "parentSpanId"]) {
    const id = tracing[key];
    if (typeof id === "string" && /^[0-9a-f-]{16,36}$/i.test(id)) {
      tracing[key] = key === "traceId" && uuid.safeParse(id).success ? id.replaceAll("-", "").toLowerCase() : id.toLowerCase();
    }
  }
}

/** Moments with another offset than UTC are brought there; all others stay as they were written. */
function inUtc(moment: unknown): unknown {
  if (typeof moment !== "string" || !/[+-]\d\d:\d\d$/.test(moment)) return moment;
  const ms = Date.parse(moment);
  return Number.isNaN(ms) ? moment : new Date(ms).toISOString();
}

/** Some senders put the sections of anybody into `extensions.sections`. */
function flattenExtensions(meta: Record<string, unknown>): readonly string[] {
  const extensions = meta["extensions"];
  if (!isJsonObject(extensions) || !isJsonObject(extensions["sections"])) return [];
  const { sections, ...direct } = extensions;
  const nested: JsonObject = sections;
  meta["extensions"] = { ...nested, ...direct };
  return Object.keys(nested)
    .filter((key) => Object.hasOwn(direct, key) && !jsonEqual(nested[key] ?? null, direct[key] ?? null))
    .map((key) => `meta.extensions.sections.${key}: must be the same as meta.extensions.${key}, or be left out`);
}

function sessionProblems(meta: Record<string, unknown>): readonly string[] {
  const security = meta["security"];
  const [own, other] = [meta["sessionId"], isJsonObject(security) ? security["sessionId"] : undefined];
  if (own === undefined || other === undefined || own === other) return [];
  return ["meta.session_id: must be the same as meta.security.session_id, or one of them must be left out"];
}
