import { isJsonObject, jsonEqual } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { SPAN_ID_PATTERN, TRACE_ID_PATTERN, UUID_PATTERN } from "./meta-fields.ts";

/** A meta as it was read, with the names of inside, before anything is known of its values. */
type UncheckedMeta = Record<string, unknown>;

/**
 * Makes what others write into what Tutti keeps: ids that are none of ours move to where they do no harm, sections lie
 * where they belong, and moments are in UTC. Values of a wrong type are left, for the schema to refuse.
 *
 * @param meta - its members are replaced, never changed
 * @returns problems
 */
export function adoptForeignMeta(meta: UncheckedMeta): readonly string[] {
  adoptRequestIds(meta);
  if (isJsonObject(meta["tracing"])) meta["tracing"] = adoptedTracing(meta["tracing"]);
  adoptMoments(meta);
  return flattenExtensions(meta);
}

/** Where the ids of a client are found again. */
const REQUEST_IDS: readonly (readonly [string, string])[] = [
  ["requestId", "external_id"],
  ["parentRequestId", "external_parent_id"],
  ["childRequestId", "external_child_id"],
];

const EXTERNAL_ID_LENGTH_MAX = 200;

/** Clients may name their requests as they like: their id is kept for them, and whoever goes on makes a UUID. */
function adoptRequestIds(meta: UncheckedMeta): void {
  for (const [key, name] of REQUEST_IDS) {
    const id = meta[key];
    if (typeof id !== "string" || UUID_PATTERN.test(id) || id.trim() === "" || id.length > EXTERNAL_ID_LENGTH_MAX) continue;
    const given = meta["correlationContext"] ?? {};
    if (!isJsonObject(given)) continue;
    delete meta[key];
    meta["correlationContext"] = Object.hasOwn(given, name) ? given : { ...given, [name]: id };
  }
}

const TRACE_IDS: readonly (readonly [string, string, RegExp])[] = [
  ["traceId", "external_trace_id", TRACE_ID_PATTERN],
  ["spanId", "external_span_id", SPAN_ID_PATTERN],
  ["parentSpanId", "external_parent_span_id", SPAN_ID_PATTERN],
];

/** Ids of another kind of tracing become tags. A span means nothing without its trace, so it goes with it. */
function adoptedTracing(given: JsonObject): JsonObject {
  const tracing: Record<string, Json> = { ...given };
  const tags: Record<string, Json> = {};
  let foreignTrace = false;
  for (const [key, tag, pattern] of TRACE_IDS) {
    const id = tracing[key];
    if (typeof id !== "string") continue;
    const ours = hexadecimal(id);
    if (pattern.test(ours) && !foreignTrace) tracing[key] = ours;
    else {
      foreignTrace ||= key === "traceId";
      tags[tag] = id;
      delete tracing[key];
    }
  }
  const known = tracing["tags"] ?? {};
  return Object.keys(tags).length > 0 && isJsonObject(known) ? { ...tracing, tags: { ...tags, ...known } } : tracing;
}

/** A UUID is a trace id with dashes, and some write their digits as capitals. */
function hexadecimal(id: string): string {
  return (UUID_PATTERN.test(id) ? id.replaceAll("-", "") : id).toLowerCase();
}

function adoptMoments(meta: UncheckedMeta): void {
  if (meta["timestamp"] !== undefined) meta["timestamp"] = inUtc(meta["timestamp"]);
  const { security, serviceChain } = meta;
  if (isJsonObject(security) && security["tokenExpiresAt"] !== undefined) {
    meta["security"] = { ...security, tokenExpiresAt: inUtc(security["tokenExpiresAt"]) };
  }
  if (Array.isArray(serviceChain)) {
    meta["serviceChain"] = serviceChain.map((hop: unknown) =>
      isJsonObject(hop) && hop["timestamp"] !== undefined ? { ...hop, timestamp: inUtc(hop["timestamp"]) } : hop,
    );
  }
}

const WITH_OFFSET = /^\d{4}-\d\d-\d\dT[\d:.]{5,18}[+-]\d\d:\d\d$/;

/** Moments with another offset are brought to UTC; all others stay as they were written. */
function inUtc(moment: unknown): unknown {
  if (typeof moment !== "string" || !WITH_OFFSET.test(moment)) return moment;
  const ms = Date.parse(moment);
  return Number.isNaN(ms) ? moment : new Date(ms).toISOString();
}

/** Some senders put the sections of anybody into `extensions.sections`. */
function flattenExtensions(meta: UncheckedMeta): readonly string[] {
  const extensions = meta["extensions"];
  if (!isJsonObject(extensions) || !isJsonObject(extensions["sections"])) return [];
  const { sections, ...direct } = extensions;
  const nested: JsonObject = sections;
  meta["extensions"] = { ...nested, ...direct };
  return Object.keys(nested)
    .filter((key) => Object.hasOwn(direct, key) && !jsonEqual(nested[key] ?? null, direct[key] ?? null))
    .map((key) => `meta.extensions.sections.${key}: must be the same as meta.extensions.${key}, or be left out`);
}
