import { canonicalJson } from "../base/json.ts";
import type { Json } from "../base/json.ts";
import type { Surroundings } from "../client/local-protocol.ts";
import { NO_CHECKS } from "../model/check.ts";
import { NO_SETTINGS } from "../model/server-settings.ts";

/** Equal for what is configured equally. */
export function surroundingsKey({ servers, access, settings = NO_SETTINGS, checks = NO_CHECKS, patterns, secrets }: Surroundings): string {
  return canonicalJson([servers, access, settings, checks, { ...patterns }, secrets] as unknown as Json);
}
