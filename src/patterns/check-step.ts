import { printDuration } from "../base/duration.ts";
import type { JsonObject } from "../base/json.ts";
import { literalMembers } from "../expression/literal-template.ts";
import { CHECK_SERVER, CHECK_TOOL, checkStepTimeoutMs } from "../model/check.ts";
import type { CheckRegistry } from "../model/check.ts";

/**
 * The step of a workflow that runs a registered check: the built-in server runs programs, and a tool is called itself.
 * It says no when the check does not pass. Of a check that is not registered planning says so.
 */
export function checkStep(name: string, { checks }: CheckRegistry): JsonObject {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
  const timeout = printDuration(checkStepTimeoutMs(check ?? { kind: "command" }));
  const common = { effect: "read", validates: true, timeout };
  if (check?.kind !== "tool") return { tool: `${CHECK_SERVER}.${CHECK_TOOL}`, with: { check: name }, ...common };
  return { tool: `${check.server}.${check.tool}`, with: literalMembers(check.arguments), ...common };
}
