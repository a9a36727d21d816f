import { printDuration } from "../base/duration.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { CHECK_SERVER, CHECK_TIMEOUT_MS, CHECK_TOOL } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";
import { asTemplate } from "./fill-template.ts";

/** Whoever ends a program that takes too long must have the time to do it. */
const ENDING_MS = 15_000;

/**
 * The step of a workflow that runs a registered check: the built-in server runs programs, and a tool is called itself.
 * It says no when the check does not pass. Of a check that is not registered planning says so.
 */
export function checkStep(name: string, { checks }: CheckRegistry): JsonObject {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  const { timeoutMs = CHECK_TIMEOUT_MS } = check ?? {};
  const common = { effect: "read", validates: true };
  if (check?.kind !== "tool") {
    const timeout = printDuration(timeoutMs + ENDING_MS);
    return { tool: `${CHECK_SERVER}.${CHECK_TOOL}`, with: { check: name }, ...common, timeout };
  }
  const given: Json = asTemplate(check.arguments);
  return { tool: `${check.server}.${check.tool}`, with: given, ...common, timeout: printDuration(timeoutMs) };
}
