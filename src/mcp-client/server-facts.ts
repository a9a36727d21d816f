import type { Client } from "@modelcontextprotocol/client";
import type { JsonObject } from "../base/json.ts";
import { ENVELOPE_KEY } from "../envelope/meta-keys.ts";
import type { ServerFacts } from "../ports/connections.ts";

/**
 * What a server has said of itself. Envelopes are announced where the era of the server has a place for it: among the
 * extensions, or among the experimental capabilities.
 */
export function serverFacts(client: Client): ServerFacts {
  const version = client.getServerVersion()?.version;
  const capabilities = client.getServerCapabilities();
  const announced = { ...capabilities?.experimental, ...capabilities?.extensions };
  return {
    ...(version === undefined ? {} : { version }),
    capabilities: (capabilities ?? {}) as JsonObject,
    envelopes: Object.hasOwn(announced, ENVELOPE_KEY),
  };
}
