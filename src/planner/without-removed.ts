import { isJsonObject } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";

/**
 * A schema that says, of each property that an earlier one had and it has not, that it is not there. Most schemas allow
 * properties that they do not name; one that was named and is no longer is not meant to come all the same.
 */
export function withoutRemoved(before: JsonObject, after: JsonObject, depth = 0): JsonObject {
  if (depth > DEPTH_MAX || COMPOSED.some((keyword) => keyword in after)) return after;
  const { properties: old, items: oldItems } = before;
  const { properties: now, items } = after;
  const [was, is] = [isJsonObject(old) ? old : {}, isJsonObject(now) ? now : {}];
  const removed = isJsonObject(after["additionalProperties"]) ? [] : Object.keys(was).filter((name) => !Object.hasOwn(is, name));
  const kept = Object.entries(is).map(([name, member]): readonly [string, Json] => [name, inner(was[name], member, depth)]);
  const properties = Object.fromEntries([...kept, ...removed.map((name): readonly [string, Json] => [name, false])]);
  return { ...after, properties, ...(items === undefined ? {} : { items: inner(oldItems, items, depth) }) };
}

const DEPTH_MAX = 60;

/** What these add is not looked at, so nothing is known to be missing. */
const COMPOSED = ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "patternProperties"];

function inner(before: Json | undefined, after: Json, depth: number): Json {
  return isJsonObject(before) && isJsonObject(after) ? withoutRemoved(before, after, depth + 1) : after;
}
