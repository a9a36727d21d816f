import { isJsonArray, isJsonObject } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { WantedChanges } from "./wanted-changes.ts";

/** Longer ones are none of ours. */
const URI_LENGTH_MAX = 1_024;
const RESOURCES_MAX = 256;

/** What the parameters of `subscriptions/listen` ask for. The SDK refuses those that are malformed. */
export function wantedIn(params: unknown): WantedChanges {
  const wanted = isJsonObject(params) ? params["notifications"] : undefined;
  if (!isJsonObject(wanted)) return { tools: false, prompts: false, resourceList: false, resources: [] };
  return {
    tools: wanted["toolsListChanged"] === true,
    prompts: wanted["promptsListChanged"] === true,
    resourceList: wanted["resourcesListChanged"] === true,
    resources: urisIn(wanted["resourceSubscriptions"]),
  };
}

function urisIn(listed: Json | undefined): readonly string[] {
  if (!isJsonArray(listed)) return [];
  return listed.filter((uri) => typeof uri === "string" && uri.length <= URI_LENGTH_MAX).slice(0, RESOURCES_MAX) as string[];
}
